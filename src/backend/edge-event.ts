import type { Fields } from '../cache/http/fields.ts'
import type { Hook, HookEvent, HookRequest, HookResponse, Named, SetCookie } from './edge-hooks.ts'
import { isShown } from './edge-judge.ts'

/** A request as a PoP has it: `target` is path and query. */
export interface PlainRequest {
  method: string
  target: string
  fields: Fields
}

/** The event of a hook for a request, and for a response when there is one. */
export function hookEvent(
  hook: Hook,
  of: { requestId: string; ip: string; request: PlainRequest; response?: { status: number; fields: Fields } },
): HookEvent {
  const context = {
    distributionDomainName: 'cdnlab.local',
    distributionId: 'CDNLAB',
    eventType: hook,
    requestId: of.requestId,
  }
  const event: HookEvent = { version: '1.0', context, viewer: { ip: of.ip }, request: hookRequest(of.request) }
  if (of.response) event.response = hookResponse(of.response.status, of.response.fields)
  return event
}

function hookRequest({ method, target, fields }: PlainRequest): HookRequest {
  const cut = target.indexOf('?')
  const querystring: Record<string, Named> = {}
  if (cut >= 0)
    for (const pair of target.slice(cut + 1).split('&')) {
      const equals = pair.indexOf('=')
      if (pair !== '')
        add(querystring, equals < 0 ? pair : pair.slice(0, equals), equals < 0 ? '' : pair.slice(equals + 1))
    }
  const cookies: Record<string, Named> = {}
  const headers: Record<string, Named> = {}
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!.toLowerCase()
    if (name === 'cookie') for (const pair of fields[at + 1]!.split(';')) addCookie(cookies, pair)
    else if (isShown(name)) add(headers, name, fields[at + 1]!)
  }
  return { method, uri: cut < 0 ? target : target.slice(0, cut), querystring, headers, cookies }
}

function hookResponse(statusCode: number, fields: Fields): HookResponse {
  const headers: Record<string, Named> = {}
  const cookies: Record<string, SetCookie> = {}
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!.toLowerCase()
    if (name === 'set-cookie') {
      const [pair = '', ...rest] = fields[at + 1]!.split(';')
      addCookie(cookies, pair, rest.join(';').trim())
    } else if (isShown(name)) add(headers, name, fields[at + 1]!)
  }
  return { statusCode, headers, cookies }
}

/** The request as the PoP goes on with it: fields that edge code does not see pass it by. */
export function requestAfter(before: PlainRequest, { uri, querystring, headers, cookies }: HookRequest): PlainRequest {
  const pairs = entriesOf(querystring).map(([name, value]) => (value === '' ? name : `${name}=${value}`))
  const cookie = entriesOf(cookies).map(([name, value]) => `${name}=${value}`)
  const fields = [...hiddenOf(before.fields), ...fieldsOf(headers)]
  if (cookie.length > 0) fields.push('cookie', cookie.join('; '))
  return { method: before.method, target: pairs.length === 0 ? uri : `${uri}?${pairs.join('&')}`, fields }
}

/** Status, fields and body (undefined: that of the response before) of a response after a hook. */
export function responseAfter(
  before: Fields,
  { statusCode, headers, cookies, body }: HookResponse,
): { status: number; fields: string[]; body: { encoding: 'text' | 'base64'; data: string } | undefined } {
  const fields = [...hiddenOf(before), ...fieldsOf(headers)]
  for (const [name, first] of Object.entries(cookies))
    for (const { value, attributes } of first.multiValue ?? [first])
      fields.push('set-cookie', `${name}=${value}${attributes ? `; ${attributes}` : ''}`)
  return { status: statusCode, fields, body: typeof body === 'string' ? { encoding: 'text', data: body } : body }
}

function fieldsOf(headers: Record<string, Named>): string[] {
  return entriesOf(headers).flat()
}

function entriesOf(named: Record<string, Named>): [string, string][] {
  return Object.entries(named).flatMap(([name, one]) =>
    (one.multiValue ?? [one]).map(({ value }): [string, string] => [name, value]),
  )
}

function hiddenOf(fields: Fields): string[] {
  const hidden: string[] = []
  for (let at = 0; at < fields.length; at += 2)
    if (!isShown(fields[at]!.toLowerCase())) hidden.push(fields[at]!, fields[at + 1]!)
  return hidden
}

function addCookie(cookies: Record<string, SetCookie>, pair: string, attributes = ''): void {
  const equals = pair.indexOf('=')
  const name = pair.slice(0, Math.max(equals, 0)).trim()
  if (name !== '') add(cookies, name, pair.slice(equals + 1).trim(), attributes)
}

/** Defines rather than assigns: a name such as `__proto__` is one like any other. */
function add(named: Record<string, SetCookie>, name: string, value: string, attributes = ''): void {
  const one = attributes === '' ? { value } : { value, attributes }
  const first = Object.hasOwn(named, name) ? named[name] : undefined
  if (first !== undefined) {
    first.multiValue ??= [
      first.attributes === undefined ? { value: first.value } : { value: first.value, attributes: first.attributes },
    ]
    first.multiValue.push(one)
  } else Object.defineProperty(named, name, { value: one, enumerable: true, writable: true, configurable: true })
}
