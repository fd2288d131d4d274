import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ApiPlan, FunctionPlan, RoutePlan } from '../../src/backend/plans.ts'
import { createGateway, type GatewayOptions } from '../../src/services/api/gateway.ts'
import { createIdentities, createRoot } from '../../src/services/identities.ts'
import { functionPlan, functionsOf } from './function-plan.ts'

export function routePlan(key: string, name: string, own: Partial<RoutePlan> = {}): RoutePlan {
  return {
    key,
    function: name,
    authorizer: '',
    scopes: [],
    needsApiKey: false,
    throttle: null,
    body: null,
    parameters: { path: null, query: null },
    timeoutMs: 30_000,
    summary: '',
    ...own,
  }
}

export function apiPlan(routes: RoutePlan[], own: Partial<ApiPlan> = {}): ApiPlan {
  return {
    name: 'shop',
    description: '',
    routes,
    authorizers: [],
    throttle: null,
    apiKeys: {},
    cors: null,
    sockets: null,
    bodyBytes: 10 * 1024 * 1024,
    thinkMs: [[0.5, 1]],
    ...own,
  }
}

export const root = { accessKeyId: 'AKIAROOT', secretAccessKey: 'secret of the root' }

/** A gateway on a port, with functions from `handlers/api.mjs` named by their exports. */
export async function openApi(plan: ApiPlan, own: Partial<GatewayOptions> = {}, more: FunctionPlan[] = []) {
  const names = ['echo', 'formatted', 'returns', 'bytes', 'slow', 'inner', 'simple', 'policy', 'nonsense', 'socket']
  const functions = functionsOf([...names.map(name => functionPlan(name, `api.mjs#${name}`)), ...more])
  const identities = createIdentities([createRoot(root.accessKeyId, root.secretAccessKey), ...functions.identities])
  const lines: string[] = []
  const readFile = () => Promise.reject(new Error('there are no files here'))
  const gateway = await createGateway({ plan, functions, identities, readFile, log: line => lines.push(line), ...own })
  const server = createServer(gateway.handle)
  server.on('upgrade', gateway.upgrade)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    gateway,
    functions,
    lines,
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      await gateway.close()
      await functions.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

export type Api = Awaited<ReturnType<typeof openApi>>
