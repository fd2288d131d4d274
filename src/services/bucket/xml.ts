import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { BucketFailure } from './failure.ts'

/** An element to be written: its name, with attributes behind it where it has some, and its text or children. */
export type Element = readonly [name: string, content: string | number | boolean | readonly Element[]]

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** A document whose texts cannot become markup. `isNamed` puts S3's namespace on the root, which errors go without. */
export function writeXml([name, content]: Element, isNamed = true): string {
  const root = isNamed ? `${name} xmlns="${namespace}"` : name
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${writeContent(content)}</${name}>`
}

function writeContent(content: Element[1]): string {
  if (typeof content !== 'object') return escapeXml(String(content))
  return content
    .map(([name, inner]) => (inner === '' ? `<${name}/>` : `<${name}>${writeContent(inner)}</${name.split(' ')[0]}>`))
    .join('')
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' }

export function escapeXml(text: string): string {
  return text.replace(
    /[&<>"\ufffe\uffff]|(?![\t\n])\p{Cc}/gu,
    mark => escapes[mark] ?? `&#x${mark.charCodeAt(0).toString(16)};`,
  )
}

/** An element that was read: its text, or its children by name. */
export type Tree = string | { readonly [name: string]: Tree | readonly Tree[] }

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
})

/** Reads a document whose root has one of some names. Throws MalformedXML for everything else, and for a document type, which could hold a bomb of entities. */
export function readXml(text: string, ...roots: string[]): Tree {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text) || nestsTooDeeply(text) || XMLValidator.validate(text) !== true)
    throw new BucketFailure('MalformedXML')
  const document = parser.parse(text) as Record<string, Tree>
  for (const root of roots) if (Object.hasOwn(document, root)) return document[root]!
  throw new BucketFailure('MalformedXML')
}

/** No document of S3 nests deeper than this; deeper ones cost a parser its stack. */
const deepest = 32

function nestsTooDeeply(text: string): boolean {
  let depth = 0
  for (const [tag] of text.matchAll(/<[^!?<>][^<>]*>/g)) {
    if (tag.startsWith('</')) depth--
    else if (!tag.endsWith('/>')) depth++
    if (depth > deepest) return true
  }
  return false
}

/** All children of a name. */
export function childrenOf(tree: Tree | undefined, name: string): readonly Tree[] {
  if (tree === undefined || typeof tree === 'string' || !Object.hasOwn(tree, name)) return []
  const child = tree[name]!
  return Array.isArray(child) ? (child as readonly Tree[]) : [child as Tree]
}

/** The text of the only child of a name; undefined when it is absent. Throws MalformedXML when it is not one text. */
export function textOf(tree: Tree | undefined, name: string): string | undefined {
  const [child, ...more] = childrenOf(tree, name)
  if (child === undefined) return undefined
  if (typeof child !== 'string' || more.length > 0) throw new BucketFailure('MalformedXML')
  return child
}
