import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'

/** SHA-256 of a file as it lies on the disk, in hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}

/** The same of a text in UTF-8. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The hashes of those names that are files, one after the other; null when none is, as with workloads and standard input. */
export async function hashTraces(names: readonly string[]): Promise<string | null> {
  const hashes: string[] = []
  for (const name of names) if (statSync(name, { throwIfNoEntry: false })?.isFile()) hashes.push(await hashFile(name))
  return hashes.length === 0 ? null : hashes.join(', ')
}
