import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GetFunctionCommand, InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Functions } from '#cdnlab/services/functions/functions.js'
import { createLambdaApi } from '../../src/services/functions/lambda-api.ts'
import { createIdentities, createRoot } from '../../src/services/identities.ts'
import { functionPlan, functionsOf } from './function-plan.ts'

let functions: Functions
let server: Server
let endpoint: string
const root = { accessKeyId: 'AKIAROOT', secretAccessKey: 'secret of the root' }
const clients: LambdaClient[] = []

function clientOf(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } = root) {
  const client = new LambdaClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  clients.push(client)
  return client
}

beforeAll(async () => {
  const plans = [
    functionPlan('count', 'well.mjs#count', { uses: [{ kind: 'function', name: 'lines', access: 'read-write' }] }),
    functionPlan('lines', 'well.mjs#lines'),
    functionPlan('single', 'well.mjs#wait', { concurrency: 1 }),
    functionPlan('throws', 'hostile.mjs#throws'),
    functionPlan('byCallback', 'well.mjs#byCallback'),
    functionPlan('exits', 'hostile.mjs#exits'),
    functionPlan('calls', 'calls.mjs#calls', {
      uses: [{ kind: 'function', name: 'count', access: 'read-write' }],
      timeoutMs: 20_000,
    }),
  ]
  functions = functionsOf(plans, { endpoint: () => endpoint, retryDelaysMs: [5, 5] })
  const identities = createIdentities([createRoot(root.accessKeyId, root.secretAccessKey), ...functions.identities])
  server = createServer(createLambdaApi({ functions, identities }))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  for (const client of clients) client.destroy()
  await functions.close()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

const text = (payload: Uint8Array | undefined) => Buffer.from(payload ?? []).toString()

describe('the Lambda API with the AWS SDK', () => {
  it('invokes and waits', async () => {
    const answer = await clientOf().send(new InvokeCommand({ FunctionName: 'count', Payload: '{"a":1}' }))
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' })
    expect(answer.FunctionError).toBeUndefined()
    expect(JSON.parse(text(answer.Payload))).toEqual({ calls: 1, event: { a: 1 } })
  })

  it.each(['arn:aws:lambda:us-east-1:000000000000:function:count', '000000000000:function:count', 'count:$LATEST'])(
    'knows it as %s',
    async name => {
      const { StatusCode } = await clientOf().send(new InvokeCommand({ FunctionName: name }))
      expect(StatusCode).toBe(200)
    },
  )

  it('gives the tail of the log', async () => {
    const { LogResult } = await clientOf().send(new InvokeCommand({ FunctionName: 'lines', LogType: 'Tail' }))
    expect(Buffer.from(LogResult!, 'base64').toString()).toMatch(/^START RequestId: [\s\S]*to the log[\s\S]*REPORT/)
  })

  it('takes events, and says only whether it would run', async () => {
    const before = functions.queueOf('count')!.counts.done
    expect(
      (await clientOf().send(new InvokeCommand({ FunctionName: 'count', InvocationType: 'Event' }))).StatusCode,
    ).toBe(202)
    await functions.queueOf('count')!.drained()
    expect(functions.queueOf('count')!.counts.done).toBe(before + 1)
    const { cold, warm } = functions.find('count')!.counts
    expect(
      (await clientOf().send(new InvokeCommand({ FunctionName: 'count', InvocationType: 'DryRun' }))).StatusCode,
    ).toBe(204)
    expect(functions.find('count')!.counts).toMatchObject({ cold, warm })
  })

  it('tells errors of the function apart from errors of the call', async () => {
    const thrown = await clientOf().send(new InvokeCommand({ FunctionName: 'throws' }))
    expect(thrown).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' })
    expect(JSON.parse(text(thrown.Payload))).toMatchObject({ errorType: 'RangeError', errorMessage: 'out of range' })
    const handled = await clientOf().send(new InvokeCommand({ FunctionName: 'byCallback', Payload: '{"error":"no"}' }))
    expect(handled.FunctionError).toBe('Handled')
    const gone = await clientOf().send(new InvokeCommand({ FunctionName: 'exits', Payload: '{"code":7}' }))
    expect(JSON.parse(text(gone.Payload)).errorMessage).toMatch(
      /^RequestId: \S+ Error: Runtime exited with error: exit status 7$/,
    )
  })

  it('throttles beyond the reserved concurrency', async () => {
    const invoke = () => clientOf().send(new InvokeCommand({ FunctionName: 'single', Payload: '{"ms":300}' }))
    const [first, second] = await Promise.allSettled([invoke(), invoke()])
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected'])
    const { reason } = [first, second].find(({ status }) => status === 'rejected') as PromiseRejectedResult
    expect(reason).toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    })
  })

  it.each([
    ['ResourceNotFoundException', 404, { FunctionName: 'absent' }],
    ['ResourceNotFoundException', 404, { FunctionName: 'count', Qualifier: '7' }],
    ['InvalidRequestContentException', 400, { FunctionName: 'count', Payload: '{"a":' }],
    ['RequestTooLargeException', 413, { FunctionName: 'count', Payload: JSON.stringify('x'.repeat(6 * 1024 * 1024)) }],
    [
      'RequestTooLargeException',
      413,
      { FunctionName: 'count', InvocationType: 'Event' as const, Payload: JSON.stringify('x'.repeat(1024 * 1024)) },
    ],
    ['InvalidParameterValueException', 400, { FunctionName: 'count', InvocationType: 'Never' as 'Event' }],
  ])('answers %s with %i', async (name, httpStatusCode, input) => {
    await expect(clientOf().send(new InvokeCommand(input))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode },
    })
  })

  it.each([
    ['InvalidSignatureException', { accessKeyId: root.accessKeyId, secretAccessKey: 'forged' }],
    ['UnrecognizedClientException', { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }],
  ])('answers %s to whom it does not believe', async (name, credentials) => {
    const invoke = clientOf(credentials).send(new InvokeCommand({ FunctionName: 'count' }))
    await expect(invoke).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 403 } })
  })

  it('lets a function call only what it uses', async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = functions.identities[0]!
    const client = clientOf({ accessKeyId, secretAccessKey, sessionToken: sessionToken! })
    expect((await client.send(new InvokeCommand({ FunctionName: 'lines' }))).StatusCode).toBe(200)
    await expect(client.send(new InvokeCommand({ FunctionName: 'throws' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda',
      ),
    })
    const forged = clientOf({ accessKeyId, secretAccessKey, sessionToken: 'other' })
    await expect(forged.send(new InvokeCommand({ FunctionName: 'lines' }))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    })
  })

  it('lets a handler call another function with the SDK and nothing but its environment', async () => {
    const answer = await clientOf().send(new InvokeCommand({ FunctionName: 'calls', Payload: '"hello"' }))
    expect(JSON.parse(text(answer.Payload))).toMatchObject({ StatusCode: 200, payload: { event: 'hello' } })
  })

  it('lists and describes functions', async () => {
    const { Functions: all = [] } = await clientOf().send(new ListFunctionsCommand({}))
    expect(all.map(({ FunctionName }) => FunctionName)).toContain('single')
    const { Configuration } = await clientOf().send(new GetFunctionCommand({ FunctionName: 'single' }))
    expect(Configuration).toMatchObject({ FunctionName: 'single', MemorySize: 128, Timeout: 5 })
  })

  it('answers calls without a signature and of other kinds', async () => {
    const path = `${endpoint}/2015-03-31/functions/count/invocations`
    const unsigned = await fetch(path, { method: 'POST' })
    expect([unsigned.status, unsigned.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ])
    await unsigned.arrayBuffer()
  })
})
