import type { AuthorizerPlan } from '../../backend/plans.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Functions } from '../functions/functions.ts'
import type { ApiRequest, AuthorizerContext } from './api-event.ts'
import { createFunctionAuthorizer } from './function-authorizer.ts'
import { createJwtAuthorizer } from './jwt-authorizer.ts'

/** Whether a request may pass, and what became known of whoever sent it. */
export type Judgement =
  | { kind: 'passed'; context: AuthorizerContext }
  | { kind: 'refused'; status: 401 | 403 | 500; fields: string[] }

export type Authorizer = (request: ApiRequest, scopes: readonly string[]) => Promise<Judgement>

export interface AuthorizersOptions {
  plans: readonly AuthorizerPlan[]
  functions: Functions
  readFile(path: string): Promise<string>
  /** Time of day in milliseconds. */
  now(): number
}

/** The authorizers of an API by name. Throws UserError for one whose function does not exist or whose keys are none. */
export async function createAuthorizers(options: AuthorizersOptions): Promise<Map<string, Authorizer>> {
  const { plans, functions, readFile, now } = options
  const authorizers = new Map<string, Authorizer>()
  for (const plan of plans) {
    if (plan.kind === 'jwt') {
      authorizers.set(plan.name, await createJwtAuthorizer({ plan, readFile, now }))
      continue
    }
    const target = functions.find(plan.function)
    if (!target) throw new UserError({ message: `authorizer "${plan.name}": there is no function "${plan.function}"` })
    authorizers.set(plan.name, createFunctionAuthorizer(plan, target))
  }
  return authorizers
}
