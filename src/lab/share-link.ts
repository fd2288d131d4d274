/** Text packed into the fragment of an address, which browsers never send to a server: deflated, base64url. */
export async function packLink(text: string): Promise<string> {
  const packed = new Uint8Array(await pipe(new TextEncoder().encode(text), new CompressionStream('deflate-raw')))
  let letters = ''
  for (const byte of packed) letters += String.fromCharCode(byte)
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** A scenario is a few kB; a link that unpacks to more is not one of ours. */
const mostLetters = 1_000_000

/** The text of a packed link, or undefined when it is none of ours or damaged. */
export async function unpackLink(link: string): Promise<string | undefined> {
  if (!/^[\w-]+$/.test(link)) return undefined
  try {
    const letters = atob(link.replaceAll('-', '+').replaceAll('_', '/'))
    const packed = Uint8Array.from(letters, letter => letter.charCodeAt(0))
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      await pipe(packed, new DecompressionStream('deflate-raw')),
    )
    return text.length <= mostLetters ? text : undefined
  } catch {
    return undefined
  }
}

async function pipe(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
): Promise<ArrayBuffer> {
  return new Response(new Blob([bytes]).stream().pipeThrough(through)).arrayBuffer()
}
