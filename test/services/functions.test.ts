import { afterEach, describe, expect, it } from 'vitest'
import type { Functions } from '#cdnlab/services/functions/functions.js'
import type { FunctionPlan } from '../../src/backend/plans.ts'
import { objectCreatedEvent } from '../../src/services/functions/object-created.ts'
import { functionPlan, functionsOf } from './function-plan.ts'

const open: Functions[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(functions => functions.close()))
})

function one(handler: string, own: Partial<FunctionPlan> = {}) {
  const functions = functionsOf([functionPlan('f', handler, own)], { retryDelaysMs: [10, 20] })
  open.push(functions)
  return { functions, f: functions.find('f')!, queue: functions.queueOf('f')! }
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !condition(); turn++) await new Promise(resolve => setTimeout(resolve, 10))
  expect(condition()).toBe(true)
}

describe('functions', () => {
  it('run nothing before the first event, keep a module while warm, and run nothing after the keep-alive', async () => {
    const { f } = one('well.mjs#count', { keepAlive: 'fixed:after=100ms' })
    expect(f.environments()).toBe(0)
    expect(await f.invoke('{"a":1}')).toMatchObject({
      kind: 'answered',
      cold: true,
      payload: '{"calls":1,"event":{"a":1}}',
    })
    expect(await f.invoke('null')).toMatchObject({ kind: 'answered', cold: false, payload: '{"calls":2,"event":null}' })
    expect(f.environments()).toBe(1)
    await until(() => f.environments() === 0)
    expect(await f.invoke('2')).toMatchObject({ cold: true, payload: '{"calls":1,"event":2}' })
    expect(f.counts).toMatchObject({ cold: 2, warm: 1 })
  })

  it('give each event at once an environment of its own, up to the reserved concurrency', async () => {
    const { f } = one('well.mjs#wait', { concurrency: 2 })
    const all = await Promise.all([1, 2, 3].map(id => f.invoke(`{"ms":50,"id":${id}}`)))
    expect(all.map(({ kind }) => kind)).toEqual(['answered', 'answered', 'throttled'])
    expect(all[2]).toEqual({ kind: 'throttled', reason: 'concurrency' })
    expect(f.environments()).toBe(2)
  })

  it('give the handler its own variables, credentials, endpoint and a context, and nothing of the host', async () => {
    process.env.SECRET_OF_THE_HOST = 'x'
    const { f, functions } = one('well.mjs#environment', { variables: { STAGE: 'test' }, timeoutMs: 3000 })
    const outcome = await f.invoke('{}', { requestId: 'r-1' })
    const { variables, context } = JSON.parse(outcome.kind === 'answered' ? outcome.payload : 'null')
    expect(variables).toMatchObject({
      STAGE: 'test',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: functions.identities[0]!.accessKeyId,
      AWS_LAMBDA_FUNCTION_NAME: 'f',
    })
    expect(variables.SECRET_OF_THE_HOST).toBeUndefined()
    expect(context).toMatchObject({ functionName: 'f', memoryLimitInMB: '128', awsRequestId: 'r-1' })
    expect(context.left).toBeGreaterThan(1000)
    expect(context.left).toBeLessThanOrEqual(3000)
  })

  it('take answers from promises, returns and callbacks', async () => {
    const { f } = one('well.mjs#byCallback')
    expect(await f.invoke('{}')).toMatchObject({ kind: 'answered', payload: '"called back"' })
    expect(await f.invoke('{"error":"no"}')).toMatchObject({
      kind: 'failed',
      isHandled: true,
      payload: expect.stringContaining('"no"'),
    })
    expect(await one('well.mjs#nothing').f.invoke('{}')).toMatchObject({ kind: 'answered', payload: 'null' })
  })

  it('keep the lines of an invocation between START and REPORT', async () => {
    const outcome = await one('well.mjs#lines').f.invoke('{}', { requestId: 'r' })
    if (outcome.kind === 'throttled') throw new Error('throttled')
    expect(outcome.lines).toMatch(
      /^START RequestId: r Version: \$LATEST\nto the log\nand to the other\nwithout an end\n?END RequestId: r\nREPORT RequestId: r\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\n$/,
    )
  })

  it.each([
    ['loop', { timeoutMs: 300 }, 'Sandbox.Timedout', 'Task timed out after 0.30 seconds'],
    ['never', { timeoutMs: 200 }, 'Sandbox.Timedout', 'Task timed out after 0.20 seconds'],
    ['heapBomb', { memoryMiB: 64 }, 'Runtime.ExitError', 'signal: killed'],
    ['bufferBomb', { memoryMiB: 128, timeoutMs: 20_000 }, 'Runtime.ExitError', 'signal: killed'],
    ['slowBufferBomb', { memoryMiB: 64 }, 'Runtime.ExitError', 'signal: killed'],
    ['exits', {}, 'Runtime.ExitError', 'Runtime exited without providing a reason'],
    ['throwsLater', {}, 'Runtime.UnhandledError', 'null'],
    ['rejectsBehind', {}, 'TypeError', 'nobody waits'],
  ])('lose the environment, and nothing else, to %s', async (handler, own, errorType, message) => {
    const { f } = one(`hostile.mjs#${handler}`, own)
    for (const _ of [1, 2]) {
      const outcome = await f.invoke('{}')
      expect(outcome).toMatchObject({ kind: 'failed', isHandled: false, cold: true, errorType })
      expect(outcome.kind === 'failed' && JSON.parse(outcome.payload).errorMessage).toContain(message)
      expect(f.environments()).toBe(0)
    }
  })

  it.each(['mapBomb', 'fillBomb'])('lose what an engine does not survive, and no other function: %s', async handler => {
    const well = one('well.mjs#count')
    await well.f.invoke('{}')
    const { f } = one(`hostile.mjs#${handler}`, { memoryMiB: 32, timeoutMs: 20_000 })
    const outcome = await f.invoke('{}')
    expect(outcome).toMatchObject({ kind: 'failed', errorType: 'Runtime.ExitError' })
    expect(outcome.kind === 'failed' && outcome.payload).toContain('signal: killed')
    expect(f.environments()).toBe(0)
    expect(await well.f.invoke('{}')).toMatchObject({ kind: 'answered', cold: false })
  })

  it.each([
    ['throwsNull', 'object', 'null'],
    ['throws', 'RangeError', 'out of range'],
    ['huge', 'Function.ResponseSizeTooLarge', 'exceeded maximum allowed payload size'],
    ['circular', 'Runtime.MarshalError', 'Unable to stringify response body'],
    ['bigint', 'Runtime.MarshalError', 'BigInt'],
    ['trap', 'Runtime.MarshalError', 'null'],
    ['deep', 'RangeError', 'call stack'],
  ])('report %s and stay warm', async (handler, errorType, message) => {
    const { f } = one(`hostile.mjs#${handler}`)
    expect(await f.invoke('{}')).toMatchObject({ kind: 'failed', errorType, payload: expect.stringContaining(message) })
    expect(await f.invoke('{}')).toMatchObject({ kind: 'failed', errorType, cold: false })
  })

  it('cut a flood of lines and ignore forged answers', async () => {
    const outcome = await one('hostile.mjs#flood').f.invoke('{}')
    expect(outcome.kind === 'answered' && outcome.lines.length).toBeLessThan(300_000)
    expect(outcome.kind === 'answered' && outcome.lines).toContain('further lines are cut')
    expect(await one('hostile.mjs#posts').f.invoke('{}')).toMatchObject({ payload: '"true one"' })
  })

  it('start anew when an environment has died between two events', async () => {
    const { f } = one('hostile.mjs#dies')
    expect(await f.invoke('{}')).toMatchObject({ payload: '"answered"' })
    await until(() => f.environments() === 0)
    expect(await f.invoke('{}')).toMatchObject({ payload: '"answered"', cold: true })
  })

  it.each([
    ['broken.mjs#x', 'SyntaxError', 'not today'],
    ['missing.mjs#x', 'Runtime.ImportModuleError', 'Cannot find module'],
    ['well.mjs#none', 'Runtime.HandlerNotFound', 'none is undefined or not exported'],
    ['well.mjs#notAFunction', 'Runtime.HandlerNotFound', 'not exported'],
  ])('say why %s cannot be loaded', async (handler, errorType, message) => {
    const { f } = one(handler)
    expect(await f.invoke('{}')).toMatchObject({ kind: 'failed', errorType, payload: expect.stringContaining(message) })
    expect(f.environments()).toBe(0)
  })

  it('end environments that are busy or still loading when they close', async () => {
    const { f, functions } = one('hostile.mjs#never')
    const stuck = one('stuck.mjs#x')
    const waiting = [f.invoke('{}'), stuck.f.invoke('{}')]
    await until(() => f.environments() === 1 && stuck.f.environments() === 1)
    await Promise.all([functions.close(), stuck.functions.close()])
    for (const outcome of await Promise.all(waiting)) expect(outcome).toMatchObject({ kind: 'failed' })
    expect(await f.invoke('{}')).toMatchObject({ kind: 'failed', payload: expect.stringContaining('closed') })
    expect(f.environments()).toBe(0)
  })

  it('say so when the host cannot start a thread', async () => {
    const { f } = one('well.mjs#count', {
      variables: { NUMBER: 1n as unknown as string, SYMBOL: Symbol('x') as unknown as string },
    })
    expect(await f.invoke('{}')).toMatchObject({ kind: 'failed', errorType: 'Error' })
    expect(f.counts.busy).toBe(0)
  })

  it('load ahead of the next event when the policy says so', async () => {
    const { f } = one('well.mjs#count', { keepAlive: 'hybrid:range=10s:bin=50ms:representative=0' })
    for (let event = 0; event < 4; event++) {
      await new Promise(resolve => setTimeout(resolve, 400))
      await f.invoke('{}')
    }
    await until(() => f.environments() === 0)
    await until(() => f.environments() === 1)
    expect(f.counts.busy).toBe(0)
  })
})

describe('events that nobody waits for', () => {
  it('are tried three times and then dropped', async () => {
    const { f, queue } = one('hostile.mjs#throws')
    expect(queue.add('{}', { requestId: 'same' })).toBe(true)
    await queue.drained()
    expect(queue.counts).toEqual({ waiting: 0, done: 0, dropped: 1 })
    expect(f.counts.cold + f.counts.warm).toBe(3)
  })

  it('wait while the function is throttled, and are done later', async () => {
    const { f, queue } = one('well.mjs#wait', { concurrency: 1 })
    for (let event = 0; event < 2; event++) queue.add('{"ms":20}')
    await queue.drained()
    expect(queue.counts).toEqual({ waiting: 0, done: 2, dropped: 0 })
    expect(f.counts.throttled).toBeGreaterThan(0)
  })

  it('are given up when they are too old', async () => {
    const { f, queue } = one('hostile.mjs#throws', { eventAgeMs: 5 })
    queue.add('{}')
    await queue.drained()
    expect(queue.counts.dropped).toBe(1)
    expect(f.counts.cold + f.counts.warm).toBe(1)
  })

  it('come from schedules in the documented shape', async () => {
    const { scheduledEvent } = await import('../../src/services/functions/schedules.ts')
    expect(scheduledEvent('f', 0, Date.UTC(2026, 0, 2, 3, 4))).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      time: '2026-01-02T03:04:00Z',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/f-0'],
      detail: {},
    })
  })

  it('come from buckets with keys written as in a form', () => {
    const object = { bucket: 'b', key: 'a b/ü+.jpg', sizeBytes: 3, etag: '"abc"', how: 'Put' }
    expect(objectCreatedEvent(object, 0)).toMatchObject({
      Records: [
        {
          eventSource: 'aws:s3',
          eventName: 'ObjectCreated:Put',
          s3: {
            bucket: { name: 'b', arn: 'arn:aws:s3:::b' },
            object: { key: 'a+b/%C3%BC%2B.jpg', size: 3, eTag: 'abc' },
          },
        },
      ],
    })
  })
})
