/** What one cache says of one answer. Source: RFC 9211, 2. */
export interface CacheStatus {
  isHit: boolean
  /** Why it went forward; absent for a hit. */
  fwd?: 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale' | 'partial'
  /** The status of the answer that it went forward for. */
  fwdStatus?: number
  isStored?: boolean
  isCollapsed?: boolean
  /** Freshness left in seconds; below 0 when stale. */
  ttl?: number
  key?: string
  /** A word of our own: why it was not stored, or what stands behind a stale answer. */
  detail?: string
}

/** A member of the Cache-Status field. `cache` is a token. Source: RFC 9211, 2. */
export function formatCacheStatus(cache: string, status: CacheStatus): string {
  let text = cache
  if (status.isHit) text += '; hit'
  else if (status.fwd !== undefined) text += `; fwd=${status.fwd}`
  if (status.fwdStatus !== undefined) text += `; fwd-status=${status.fwdStatus}`
  if (status.ttl !== undefined) text += `; ttl=${status.ttl}`
  if (status.isStored) text += '; stored'
  if (status.isCollapsed) text += '; collapsed'
  if (status.key !== undefined) text += `; key=${quoted(status.key)}`
  if (status.detail !== undefined) text += `; detail=${status.detail}`
  return text
}

/** A structured-field string; what may not stand in one is replaced. Source: RFC 8941, 3.3.3. */
export function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/(["\\])/g, '\\$1')}"`
}
