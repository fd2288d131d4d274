export const loop = async event => {
  console.log('before the loop')
  for (;;) if (event === null) break
}
export const heapBomb = async () => {
  const held = []
  for (;;) held.push(new Array(10_000).fill(Math.random()))
}
export const bufferBomb = async () => {
  const held = []
  for (let count = 0; count < 60; count++) held.push(Buffer.alloc(32 * 1024 * 1024, 1))
  return held.length
}
// An engine does not survive these two: they ask for more at once than there is.
export const mapBomb = async () => {
  const map = new Map()
  for (let key = 0; ; key++) map.set(key, { key })
}
export const fillBomb = async () => new Array(2 ** 32 - 1).fill(0).length
export const slowBufferBomb = async () => {
  const held = []
  for (let count = 0; count < 60; count++) {
    held.push(Buffer.alloc(4 * 1024 * 1024, 1))
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  return held.length
}
export const exits = async event => process.exit(event.code)
export const throwsNull = async () => {
  throw null
}
export const throws = async () => {
  throw new RangeError('out of range')
}
export const throwsLater = () =>
  new Promise(() => {
    setTimeout(() => {
      throw null
    }, 5)
  })
export const rejectsBehind = async () => {
  Promise.reject(new TypeError('nobody waits'))
  await new Promise(resolve => setTimeout(resolve, 200))
}
export const dies = async () => {
  setTimeout(() => process.exit(3), 20)
  return 'answered'
}
export const never = () => new Promise(() => {})
export const huge = async () => 'x'.repeat(7 * 1024 * 1024)
export const circular = async () => {
  const value = {}
  value.value = value
  return value
}
export const bigint = async () => 1n
export const trap = async () => ({
  toJSON() {
    throw null
  },
})
export const flood = async () => {
  for (let count = 0; count < 200_000; count++) console.log('a line of a flood')
}
export const deep = () => deep() + 1
export const posts = async () => {
  const { parentPort } = await import('node:worker_threads')
  parentPort.postMessage({ type: 'answered', invocation: 999, payload: '"forged"' })
  return 'true one'
}
