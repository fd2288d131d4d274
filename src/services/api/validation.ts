import type { RoutePlan } from '../../backend/plans.ts'
import { UserError } from '../../lib/user-error.ts'
import { type ApiRequest, queryOf } from './api-event.ts'

/** What is wrong with a request: a sentence as the gateway words it, and each place; undefined when nothing is. */
export type Validate = (request: ApiRequest, body: Buffer) => { message: string; errors: string[] } | undefined

const greatestErrors = 20

/**
 * Checks path, query and JSON body of requests against a route's JSON Schemas (draft 7 and 2019-09 keywords that ajv knows). Throws
 * UserError for a schema that is none. Source: Amazon API Gateway Developer Guide, "Request validation".
 */
export async function createValidation(route: RoutePlan): Promise<Validate | undefined> {
  if (!route.body && !route.parameters.path && !route.parameters.query) return undefined
  const { Ajv } = await import('ajv')
  const compile = (schema: object | null, coerceTypes: boolean) => {
    if (!schema) return undefined
    try {
      const ajv = new Ajv({ allErrors: true, strict: false, coerceTypes, validateFormats: false, logger: false })
      const check = ajv.compile(schema)
      return (value: unknown): string[] | undefined =>
        check(value)
          ? undefined
          : (check.errors ?? [])
              .slice(0, greatestErrors)
              .map(({ instancePath, message }) => `${instancePath || '/'} ${message ?? ''}`)
    } catch (error) {
      throw new UserError({ message: `route "${route.key}": the schema is none: ${(error as Error).message}` })
    }
  }
  const path = compile(route.parameters.path, true)
  const query = compile(route.parameters.query, true)
  const json = compile(route.body, false)
  return (request, body) => {
    const errors = [...(path?.({ ...request.parameters }) ?? []), ...(query?.({ ...queryOf(request.query) }) ?? [])]
    if (errors.length > 0) return { message: 'Invalid request parameters', errors }
    if (!json) return undefined
    let value: unknown
    try {
      value = JSON.parse(body.toString())
    } catch {
      return { message: 'Invalid request body', errors: ['/ is no JSON'] }
    }
    const mistakes = json(value)
    return mistakes && { message: 'Invalid request body', errors: mistakes }
  }
}
