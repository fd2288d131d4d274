import { sendEmpty } from './answer.ts'
import type { BucketRequest } from './bucket-request.ts'
import { BucketFailure } from './failure.ts'
import type { Bucket } from './object-model.ts'
import { childrenOf, readXml, type Tree, textOf } from './xml.ts'

interface Rule {
  origins: string[]
  methods: string[]
  headers: string[]
  exposed: string[]
  maxAge: string | undefined
}

/** Rules that were read, by bucket: its facts are one object until something about it changes. */
const read = new WeakMap<Bucket, Rule[]>()

function rulesOf(bucket: Bucket): Rule[] {
  const known = read.get(bucket)
  if (known !== undefined) return known
  const text = Object.hasOwn(bucket.documents, 'cors') ? bucket.documents.cors : undefined
  const rules = text === undefined ? [] : childrenOf(readXml(text, 'CORSConfiguration'), 'CORSRule').map(readRule)
  read.set(bucket, rules)
  return rules
}

function readRule(tree: Tree): Rule {
  const texts = (name: string): string[] => childrenOf(tree, name).map(child => String(child).trim())
  return {
    origins: texts('AllowedOrigin'),
    methods: texts('AllowedMethod'),
    headers: texts('AllowedHeader').map(name => name.toLowerCase()),
    exposed: texts('ExposeHeader'),
    maxAge: textOf(tree, 'MaxAgeSeconds')?.trim(),
  }
}

/** One star in a pattern stands for anything. */
function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === text
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after)
}

/** The first rule for an origin, a method and the fields that a browser means to send. Source: Amazon S3 User Guide, "How does Amazon S3 evaluate the CORS configuration on a bucket?". */
function ruleFor(bucket: Bucket, origin: string, method: string, headers: readonly string[]): Rule | undefined {
  return rulesOf(bucket).find(
    rule =>
      rule.origins.some(pattern => fits(pattern, origin)) &&
      rule.methods.includes(method) &&
      headers.every(name => rule.headers.some(pattern => fits(pattern, name))),
  )
}

/** Tells a browser whether it may send a request. Nobody signs such a question. */
export function answerPreflight(request: BucketRequest): void {
  const { field, store, bucket } = request
  const origin = field('origin')
  const method = field('access-control-request-method')
  if (origin === undefined)
    throw new BucketFailure('BadRequest', 'Insufficient information. Origin request header needed.')
  if (method === undefined) throw new BucketFailure('BadRequest', 'Invalid Access-Control-Request-Method: null')
  const headers = (field('access-control-request-headers') ?? '')
    .split(',')
    .map(name => name.trim().toLowerCase())
    .filter(Boolean)
  const rule = ruleFor(store.shelfOf(bucket).bucket, origin, method, headers)
  if (rule === undefined)
    throw new BucketFailure(
      'AccessForbidden',
      "CORSResponse: This CORS request is not allowed. This is usually because the evaluation of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    )
  setFields(request, rule, origin)
  sendEmpty(request, 200, {
    'Access-Control-Allow-Headers': headers.length === 0 ? undefined : headers.join(', '),
    'Access-Control-Max-Age': rule.maxAge,
  })
}

/** Puts on an answer what lets a browser's page read it, where a rule of the bucket does. */
export function allowOrigin(request: BucketRequest): void {
  const { field, store, bucket, method } = request
  const origin = field('origin')
  if (origin === undefined || !store.hasBucket(bucket)) return
  const rule = ruleFor(store.shelfOf(bucket).bucket, origin, field('access-control-request-method') ?? method, [])
  if (rule !== undefined) setFields(request, rule, origin)
}

function setFields({ response }: BucketRequest, rule: Rule, origin: string): void {
  const isForAll = rule.origins.includes('*')
  response.setHeader('Access-Control-Allow-Origin', isForAll ? '*' : origin)
  response.setHeader('Access-Control-Allow-Methods', rule.methods.join(', '))
  if (rule.exposed.length > 0) response.setHeader('Access-Control-Expose-Headers', rule.exposed.join(', '))
  if (!isForAll) response.setHeader('Access-Control-Allow-Credentials', 'true')
  response.setHeader('Vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method')
}
