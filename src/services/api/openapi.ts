import type { ApiPlan, AuthorizerPlan, RoutePlan } from '../../backend/plans.ts'
import { parseRouteKey } from '../../backend/routes.ts'

type Json = Record<string, unknown>

const everyMethod = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options']

/**
 * The OpenAPI description of an API: paths, parameters, bodies, security and the errors that the gateway itself answers. A greedy
 * variable, which OpenAPI cannot say, is described as a parameter that takes the rest of the path; `$default` is left out.
 * Source: OpenAPI Specification 3.1.0.
 */
export function openApiOf(plan: ApiPlan): Json {
  const paths: Record<string, Json> = {}
  for (const route of plan.routes) {
    if (route.key === '$default') continue
    const { method, path } = parseRouteKey(route.key)
    const at = path.replace(/\+\}/g, '}')
    const methods = method === 'ANY' ? everyMethod : [method.toLowerCase()]
    const item = Object.hasOwn(paths, at) ? paths[at]! : {}
    // The method that is named counts before ANY.
    for (const name of methods)
      if (method !== 'ANY' || !Object.hasOwn(item, name)) item[name] = operationOf(plan, route, name)
    paths[at] = item
  }
  const schemes: Record<string, Json> = Object.fromEntries(plan.authorizers.map(one => [one.name, schemeOf(one)]))
  if (plan.routes.some(({ needsApiKey }) => needsApiKey))
    schemes.apiKey = { type: 'apiKey', in: 'header', name: 'x-api-key' }
  return {
    openapi: '3.1.0',
    info: { title: plan.name, version: '1', ...(plan.description === '' ? {} : { description: plan.description }) },
    paths,
    components: {
      schemas: { Message: { type: 'object', properties: { message: { type: 'string' } } } },
      ...(Object.keys(schemes).length > 0 ? { securitySchemes: schemes } : {}),
    },
  }
}

function operationOf(plan: ApiPlan, route: RoutePlan, method: string): Json {
  const { segments } = parseRouteKey(route.key)
  const path = segments
    .filter(({ kind }) => kind !== 'text')
    .map(({ kind, name }) => ({
      name,
      in: 'path',
      required: true,
      schema: propertyOf(route.parameters.path, name),
      ...(kind === 'greedy' ? { description: 'The rest of the path, slashes included.' } : {}),
    }))
  const queried = (route.parameters.query ?? {}) as { properties?: Json; required?: string[] }
  const query = Object.keys(queried.properties ?? {}).map(name => ({
    name,
    in: 'query',
    required: queried.required?.includes(name) ?? false,
    schema: propertyOf(route.parameters.query, name),
  }))
  const security: Json[] = []
  const needs: Json = {}
  if (route.authorizer !== '') needs[route.authorizer] = route.scopes
  if (route.needsApiKey) needs.apiKey = []
  if (Object.keys(needs).length > 0) security.push(needs)
  return {
    operationId: `${method} ${route.key.split(' ')[1]}`.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, ''),
    ...(route.summary === '' ? {} : { summary: route.summary }),
    ...(path.length + query.length > 0 ? { parameters: [...path, ...query] } : {}),
    ...(route.body && method !== 'get' && method !== 'head'
      ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }
      : {}),
    responses: responsesOf(plan, route),
    ...(security.length > 0 ? { security } : {}),
  }
}

function responsesOf(plan: ApiPlan, route: RoutePlan): Json {
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Message' } } }
  const responses: Json = { 200: { description: 'What the function answers' } }
  const add = (status: number, description: string): void => {
    responses[status] = { description, content }
  }
  const { parameters, body, authorizer, scopes, needsApiKey } = route
  if (body || parameters.path || parameters.query) add(400, 'The request does not fit its schema')
  if (authorizer !== '') add(401, 'Nobody is named, or not believably')
  if (authorizer !== '' || scopes.length > 0 || needsApiKey) add(403, 'Whoever is named may not do this')
  if (route.throttle || plan.throttle) add(429, 'Too many requests')
  add(502, 'The function failed, or its answer is malformed')
  add(504, 'The function took too long')
  return responses
}

function propertyOf(schema: object | null, name: string): unknown {
  const properties = (schema as { properties?: Json } | null)?.properties
  return properties && Object.hasOwn(properties, name) ? properties[name] : { type: 'string' }
}

function schemeOf(plan: AuthorizerPlan): Json {
  if (plan.kind === 'jwt') return { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }
  const [, place, name] = /^\$request\.(header|querystring)\.(.+)$/.exec(plan.sources[0] ?? '') ?? []
  return { type: 'apiKey', in: place === 'querystring' ? 'query' : 'header', name: name ?? 'Authorization' }
}
