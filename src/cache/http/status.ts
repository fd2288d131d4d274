/** Statuses that may be kept for a while without explicit freshness. Source: RFC 9110, 15.1. */
const heuristicallyCacheable = new Set([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501])

/** Statuses that RFC 9110, 15 defines and this cache treats as it says; what `must-understand` asks for. */
const understood = new Set([
  200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407,
  408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 500, 501, 502, 503, 504, 505,
])

export function isHeuristicallyCacheable(status: number): boolean {
  return heuristicallyCacheable.has(status)
}

export function isUnderstood(status: number): boolean {
  return understood.has(status)
}

/** True for the failures that a stale response may stand in for. Source: RFC 5861, 4. */
export function isOriginFailure(status: number): boolean {
  return status === 500 || status === 502 || status === 503 || status === 504
}

/** True for an answer that says nothing of what was asked for: a failure, or that somebody asks too often. Source: RFC 6585, 4. */
export function saysNothingOfIt(status: number): boolean {
  return isOriginFailure(status) || status === 429
}

/** True when the response has no content whatever its fields say. Source: RFC 9112, 6.3. */
export function hasNoContent(status: number): boolean {
  return status === 204 || status === 304
}
