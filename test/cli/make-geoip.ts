import { isIPv6 } from 'node:net'

/** A network and what a GeoIP file says of it. */
export interface GeoNetwork {
  network: string
  country: string
  lat?: number
  lon?: number
}

interface Uint {
  uint: number
  type: number
}
type Value = string | number | Uint | Entries | string[]
interface Entries {
  [key: string]: Value
}

/**
 * Writes a GeoIP file: a search tree of 24-bit records over IPv6, with IPv4 below ::/96, a data section, and metadata.
 * Source: MaxMind DB file format specification, version 2.0.
 */
export function writeGeoIp(networks: readonly GeoNetwork[]): Buffer {
  const nodes: [left: number, right: number][] = [[0, 0]]
  const data: Buffer[] = []
  const leaves: { node: number; side: 0 | 1; offset: number }[] = []
  let length = 0
  for (const { network, country, lat, lon } of networks) {
    const said: Entries = { country: { iso_code: country } }
    if (lat !== undefined && lon !== undefined) said.location = { latitude: lat, longitude: lon }
    const bytes = encode(said)
    const bits = bitsOf(network)
    let node = 0
    bits.slice(0, -1).forEach(bit => {
      if (nodes[node]![bit] === 0) {
        nodes[node]![bit] = nodes.length
        nodes.push([0, 0])
      }
      node = nodes[node]![bit]
    })
    leaves.push({ node, side: bits.at(-1)!, offset: length })
    data.push(bytes)
    length += bytes.length
  }
  const tree = Buffer.alloc(6 * nodes.length)
  for (const [node, sides] of nodes.entries())
    for (const [side, child] of sides.entries())
      tree.writeUIntBE(child === 0 ? nodes.length : child, 6 * node + 3 * side, 3)
  for (const { node, side, offset } of leaves) tree.writeUIntBE(nodes.length + 16 + offset, 6 * node + 3 * side, 3)
  const metadata = encode({
    binary_format_major_version: { uint: 2, type: 5 },
    binary_format_minor_version: { uint: 0, type: 5 },
    build_epoch: { uint: 1_700_000_000, type: 9 },
    database_type: 'Test-City',
    description: {},
    ip_version: { uint: 6, type: 5 },
    languages: [],
    node_count: { uint: nodes.length, type: 6 },
    record_size: { uint: 24, type: 5 },
  })
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    ...data,
    Buffer.from('abcdef', 'hex'),
    Buffer.from('MaxMind.com'),
    metadata,
  ])
}

function bitsOf(network: string): (0 | 1)[] {
  const [address, prefix] = network.split('/') as [string, string]
  const parts = isIPv6(address)
    ? address
        .split('::')[0]!
        .split(':')
        .map(part => Number.parseInt(part, 16).toString(2).padStart(16, '0'))
    : ['0'.repeat(96), ...address.split('.').map(part => Number(part).toString(2).padStart(8, '0'))]
  const count = Number(prefix) + (isIPv6(address) ? 0 : 96)
  return [...parts.join('').padEnd(128, '0').slice(0, count)].map(bit => (bit === '1' ? 1 : 0))
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([head(2, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    return Buffer.concat([head(3, 8), bytes])
  }
  if (Array.isArray(value)) return Buffer.concat([head(11, value.length), ...value.map(encode)])
  if (typeof value.uint === 'number' && typeof value.type === 'number') {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value.uint)
    const short = bytes.subarray(bytes.findIndex(byte => byte > 0) < 0 ? 4 : bytes.findIndex(byte => byte > 0))
    return Buffer.concat([head(value.type, short.length), short])
  }
  const entries = Object.entries(value as Entries)
  return Buffer.concat([head(7, entries.length), ...entries.flatMap(([key, part]) => [encode(key), encode(part)])])
}

/** The control byte, and a second one for types above 7. All sizes here are below 29. */
function head(type: number, size: number): Buffer {
  return type <= 7 ? Buffer.from([(type << 5) | size]) : Buffer.from([size, type - 7])
}
