let calls = 0

export const count = async event => ({ calls: ++calls, event })
export const wait = event => new Promise(resolve => setTimeout(() => resolve(event), event.ms))
export const byCallback = (event, _context, callback) =>
  setTimeout(() => callback(event.error ?? null, 'called back'), 5)
export const environment = async (_event, context) => ({
  variables: process.env,
  context: { ...context, left: context.getRemainingTimeInMillis() },
})
export const nothing = async () => {}
export const lines = async () => {
  console.log('to the log')
  console.error('and to the other')
  process.stdout.write('without an end')
}
export const notAFunction = 1
