import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TraceBytesOptions, traceBytes } from '../../src/files/trace-bytes.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-bytes-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What a file with these bytes unpacks to. */
async function unpack(bytes: Uint8Array, options: TraceBytesOptions = {}): Promise<Buffer> {
  const path = join(folder, 'trace')
  writeFileSync(path, bytes)
  const pieces: Buffer[] = []
  for await (const piece of traceBytes(path, options)) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

const rows = Array.from({ length: 400 }, (_, row) => `${row},${(row * row) % 17},${100 + (row % 7)}\n`)
const text = `time,id,size\n${rows.join('')}`
/** The same text by `zstd -19 --check`. */
const zstd = Buffer.from(
  'KLUv/WTMDmUmABpfEAsWkKUgzQErL9aUeGYm2ttLm4jG2GUxOLIApgCmAHXE6eaCyvU6z4672+ZgvCwmGwvKasHQwvoRN+FBeAUKfYItoSFgmCPwi42HuYoq4JRUbxFnRQVyZNQD2UVE99AsxEsxiQfNd1vxUNNpgo5MEB1Oj7GvuN1hLuEk8QgXmSuUoCFftwbVgKrBUKdBpQEbBHtH5+MWB16c6R4GJSw7GUgw6AUMLtyCCE48BBW8V0DBbQomePEJJPgtQYPPDRicM4jgcQQBCgwMGMDAAQQMEAj97kY8nPC66TjX5eweeXfcGTeLg5XNZPdYcbFapxEP+4RbYAi9gk2BE24JDZwhjnDPdocqXkXVp4hLsSWcxah+ZBsx0F1ExIdiodJMuoOK39j0MMRrSCN8hjK9Y3MYc9+zzUNcwknmEREGVaEwGGEgUVoZMMpqp9pTSu92Znk0PnLjHHgXGQhxyIBkEEGSDPKiWzBoMGAFgwg+wWDc4AzOEfyKW+gBAcUJtztc6zqdPVe5u8fjcfGZ2RzsLitONtbFiNdKEx7WC92CHUIr3BQmcAlxA8Mc4b4qbhWqVxGn6pRwqbY6y47q0W0UiBfFREOz0F0qTgrqN8RtGkZ4TWn6jC3Tzs2ZY/hJbMKDzCU3SfERkV4pcUpDhF9r7aF2tTj1ns5S3sYsj87H29ggAoudWOLDCoWXJXuwQUUt7hC9opyi8UQlGlSU0WAiAndi18PZdUJ3z8nxXsyLm89us+LByjoZ8TERE14TWg+zL4iFO4QKnEI8QcLccDMUj3DVrYiHkirhVDLVpeyWsO6oI24UByqaie6h4kKlTiIe9I3YSJheY9MUn7ll5g7nxDH8ZDa5gxQvIekjQlxEKsIpEtKvtlVC7+pM5dNYytuZvaMSzNEoQSkBg0IUPhRhLyUQStDgfSFbCA8hcYVQSCAhEhKwIQwJKiSBh6gRIEik09r/DVGhgBCBiD0RhLD0AWiLkjwW7ZW2jNn/XIyEaaCr25yZSiz5tCjaetH+T+EKS5OGuK0Yi6R1RzugLWP2v4whEqaBl9vRohVKvgqQiF+ZJRT9mN2Uw7rdGa+koDytJimt2EKZPqBYaoSlFqkDtwTDkKhQKAWKTfDtOuHxf3VHmBON6EjTInVPaiiDtiupSKOd2pbZ/c+FkTENOrrdmaHEIp0WZVsf7/8UXGlpaoDbizFIms5oB7Zldv9zYWRMg45ud2YosUinxaRSFVtozkw6Dffbbc4sJZYanBBfmSUYyayo0g0Rzq3K5EmuKZm2tHOSbAPdN/+LOxo58YjKxoez4UdbksSk0U5ty+z+58LImAaPbvdkdhKLIi2Lt1ZK/59iPUBp2gi3FWORtO5oB7RlzP7nYiRMA13d5sxUYlH/7FqCOCl3SUb5BIlLE9atpu5GC+WPEg+2im5iGOWXMCqToqi511U2B12l+KPO8VWhE5hwX15uqyRqUGjosoAjyTLg+FIb8yfkdnSKB8GGjnpw1qdDaEFnhji0Ywy4KBMaPitueefJzgMjYYXWAs3G1wb0Xbox2oSZ3xRttmG77SHCkRrqIUABj9IfcxEydoOKEAkYisSJUHAzrgy75HvWjIkJ8Xj4FGMLHmPwkMgRZN9RqoK1QPzpd0YlqQIaf7f8',
  'base64',
)
/** A frame of runs: each block of 4 bytes unpacks to 128 KiB. */
function bomb(blocks: number): Buffer {
  const run = (isLast: boolean): number[] => {
    const header = ((2 ** 17) << 3) | (1 << 1) | (isLast ? 1 : 0)
    return [header & 255, (header >> 8) & 255, header >> 16, 65]
  }
  const body = Array.from({ length: blocks }, (_, block) => run(block === blocks - 1)).flat()
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38, ...body])
}

describe('the bytes of a trace', () => {
  it('unpacks zstd, one frame or several, with skippable ones between', async () => {
    expect((await unpack(zstd)).toString()).toBe(text)
    const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
    expect((await unpack(Buffer.concat([zstd, skippable, zstd]))).toString()).toBe(text + text)
  })

  it('finds a zstd frame with a wrong checksum', async () => {
    const wrong = Buffer.from(zstd)
    wrong[wrong.length - 1]! ^= 1
    await expect(unpack(wrong)).rejects.toThrow(/byte offset \d+: the zstd stream is cut off or damaged.*--lenient/)
  })

  it('keeps of a damaged gzip file all that comes before the damage, where it may', async () => {
    const readable = async (bytes: Uint8Array): Promise<string> => {
      const path = join(folder, 'damaged')
      writeFileSync(path, bytes)
      let kept = ''
      const reading = async (): Promise<void> => {
        for await (const piece of traceBytes(path, { lenient: true })) kept += Buffer.from(piece).toString('latin1')
      }
      await expect(reading()).rejects.toThrow(/gzip stream is cut off or damaged/)
      return kept
    }
    // The checksum begins at every place that a step may have.
    for (let rest = 0; rest < 16; rest++) {
      const some = rows.slice(0, 100 + rest).join('') + 'x'.repeat(rest)
      const wrong = gzipSync(some)
      wrong[wrong.length - 6]! ^= 0xff
      expect((await readable(wrong)) === some).toBe(true)
    }
    const long = Array.from({ length: 60_000 }, (_, row) => `${row},${(row * 7919) % 60_013},${row % 977}\n`).join('')
    for (const whole of [text, long]) {
      const packed = gzipSync(whole)
      const checksum = Buffer.from(packed)
      checksum[packed.length - 6]! ^= 0xff
      expect((await readable(checksum)) === whole).toBe(true)
      // A block of a kind that does not exist ends the unpacking where it stands.
      const twice = Buffer.concat([packed, packed.subarray(0, 10), Buffer.of(7)])
      expect((await readable(twice)) === whole).toBe(true)
      for (const share of [0.4, 0.9]) {
        const cut = packed.subarray(0, Math.floor(share * packed.length))
        const kept = await readable(cut)
        expect(whole.startsWith(kept)).toBe(true)
        expect(kept.length).toBeGreaterThan((share - 0.1) * whole.length)
      }
    }
  })

  it('finds the end of a packed trace missing, wherever it is cut', async () => {
    for (let end = 9; end < zstd.length; end += 41)
      await expect(unpack(zstd.subarray(0, end))).rejects.toThrow(/zstd stream is cut off or damaged/)
    const gzip = gzipSync(text)
    for (let end = 9; end < gzip.length; end += 97)
      await expect(unpack(gzip.subarray(0, end))).rejects.toThrow(/gzip stream is cut off or damaged/)
  })

  it('stops a bomb before it fills the memory', async () => {
    expect((await unpack(bomb(3))).equals(Buffer.alloc(3 * 2 ** 17, 65))).toBe(true)
    const before = process.memoryUsage().arrayBuffers
    await expect(unpack(bomb(40_000), { mostBytes: 10_000_000 })).rejects.toThrow(
      /unpacks to more than .* this is no trace/,
    )
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(500_000_000)
    await expect(unpack(gzipSync(Buffer.alloc(5_000_000)), { mostBytes: 1_000_000 })).rejects.toThrow(
      /this is no trace/,
    )
  })

  it('stops one by its ratio, beyond a size that a good trace may have', async () => {
    const ratio = { ratioFromBytes: 10_000_000 }
    expect(await unpack(bomb(70), ratio)).toHaveLength(70 * 2 ** 17)
    await expect(unpack(bomb(700), ratio)).rejects.toThrow(/unpacks to more than \d+ bytes from 2806: this is no trace/)
  })

  it('refuses a directory and what is not there', async () => {
    const reading = async (name: string): Promise<void> => {
      for await (const _ of traceBytes(name)) throw new Error('bytes of nothing')
    }
    await expect(reading(folder)).rejects.toThrow('this is a directory')
    await expect(reading(join(folder, 'none.csv'))).rejects.toThrow('there is no such file')
  })

  it('refuses a frame that wants a window of gigabytes', async () => {
    const wide = bomb(3)
    wide[5] = 0xb0
    await expect(unpack(wide)).rejects.toThrow(/zstd stream is cut off or damaged/)
  })

  it('gives what is not packed as it is', async () => {
    expect((await unpack(Buffer.from(text))).toString()).toBe(text)
    expect(await unpack(Buffer.alloc(0))).toHaveLength(0)
  })
})
