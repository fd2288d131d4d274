import type { HookEvent, HookRequest, HookResponse, Named } from './edge-hooks.ts'

type Lines = Record<string, { key?: string; value: string }[]>

/**
 * The event in the shape of Lambda@Edge, for hooks that name a function.
 * Source: Amazon CloudFront Developer Guide, "Lambda@Edge event structure".
 */
export function lambdaEdgeEvent({ context, viewer, request, response }: HookEvent): object {
  const cookie = pairsOf(request.cookies, '=').join('; ')
  const config = { ...context }
  const sent = {
    clientIp: viewer.ip,
    method: request.method,
    uri: request.uri,
    querystring: pairsOf(request.querystring, '=').join('&'),
    headers: { ...linesOf(request.headers), ...(cookie === '' ? {} : { cookie: [{ key: 'cookie', value: cookie }] }) },
  }
  if (!response) return { Records: [{ cf: { config, request: sent } }] }
  const headers = linesOf(response.headers)
  const setCookies = Object.entries(response.cookies).flatMap(([name, first]) =>
    (first.multiValue ?? [first]).map(({ value, attributes }) => ({
      key: 'set-cookie',
      value: `${name}=${value}${attributes ? `; ${attributes}` : ''}`,
    })),
  )
  if (setCookies.length > 0) headers['set-cookie'] = setCookies
  const answered = { status: String(response.statusCode), statusDescription: response.statusDescription ?? '', headers }
  return { Records: [{ cf: { config, request: sent, response: answered } }] }
}

/** What a Lambda@Edge function gave back, in the shape that `judgeReturn` judges; as it came when it is nothing of the kind. */
export function fromLambdaEdge(event: HookEvent, returned: unknown): unknown {
  if (typeof returned !== 'object' || returned === null) return returned
  const { status, statusDescription, headers, uri, querystring, method, body, bodyEncoding } = returned as Record<
    string,
    unknown
  >
  const { cookie, 'set-cookie': setCookie, ...lines } = (headers ?? {}) as Lines
  const named = namedOf(lines)
  if (status !== undefined) {
    const response: Record<string, unknown> = {
      statusCode: Number(status),
      headers: named,
      cookies: setCookiesOf(setCookie),
    }
    if (statusDescription) response.statusDescription = statusDescription
    if (body !== undefined) response.body = { encoding: bodyEncoding ?? 'text', data: body }
    return response as unknown as HookResponse
  }
  const request: HookRequest = {
    method: (method ?? event.request.method) as string,
    uri: uri as string,
    querystring: pairs(String(querystring ?? ''), '&'),
    headers: named,
    cookies: pairs(Array.isArray(cookie) ? cookie.map(({ value }) => value).join('; ') : '', ';'),
  }
  return request
}

function linesOf(headers: Record<string, Named>): Lines {
  return Object.fromEntries(
    Object.entries(headers).map(([key, first]) => [
      key,
      (first.multiValue ?? [first]).map(({ value }) => ({ key, value })),
    ]),
  )
}

function namedOf(lines: Lines): Record<string, Named> {
  return Object.fromEntries(
    Object.entries(lines).map(([name, values]) => {
      const list = Array.isArray(values)
        ? values.map(({ value }) => ({ value }))
        : [{ value: values as unknown as string }]
      return [
        name.toLowerCase(),
        list.length > 1 ? { value: list[0]!.value, multiValue: list } : { value: list[0]?.value ?? '' },
      ]
    }),
  )
}

function setCookiesOf(lines: Lines[string] | undefined): HookResponse['cookies'] {
  const cookies: HookResponse['cookies'] = {}
  for (const { value } of Array.isArray(lines) ? lines : []) {
    const [, name, content, attributes] = /^([^=;]+)=([^;]*)(?:;\s*(.*))?$/.exec(String(value)) ?? []
    if (name !== undefined) cookies[name.trim()] = { value: content!, ...(attributes ? { attributes } : {}) }
  }
  return cookies
}

function pairsOf(named: Record<string, Named>, glue: string): string[] {
  return Object.entries(named).flatMap(([name, first]) =>
    (first.multiValue ?? [first]).map(({ value }) => (value === '' ? name : `${name}${glue}${value}`)),
  )
}

function pairs(text: string, separator: string): Record<string, Named> {
  const named = new Map<string, { value: string }[]>()
  for (const pair of text.split(separator)) {
    const cut = pair.indexOf('=')
    const name = (cut < 0 ? pair : pair.slice(0, cut)).trim()
    if (name !== '') named.set(name, [...(named.get(name) ?? []), { value: cut < 0 ? '' : pair.slice(cut + 1) }])
  }
  return Object.fromEntries(
    [...named].map(([name, list]) => [name, list.length > 1 ? { ...list[0]!, multiValue: list } : list[0]!]),
  )
}
