/** A shortage is told again when it returns after so long. */
const quietMs = 60_000
const shortages = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])
let toldAt = Number.NEGATIVE_INFINITY

/**
 * Warns on standard error when the process has run out of file descriptors or memory for connections: once, not for each
 * connection. Those who are connected are still served, and new ones again as soon as others have gone.
 */
export function noteShortage(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const now = performance.now()
  if (!shortages.has(code) || now - toldAt < quietMs) return
  toldAt = now
  const why =
    code === 'EMFILE' ? 'too many open files; raise the limit (ulimit -n)' : 'the system is short of resources'
  process.emitWarning(`no more connections can be opened: ${why}. Those that are open go on.`, { code })
}
