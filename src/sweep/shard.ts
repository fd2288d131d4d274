import { UserError } from '../lib/user-error.ts'

/** One part of a sweep that is spread over machines: cells whose number leaves `index` when divided by `count`. */
export interface Shard {
  index: number
  count: number
}

export const wholeSweep: Shard = { index: 0, count: 1 }

/** Reads `2/8`: the third of eight parts, counted from 0 as job arrays count. Throws UserError. */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text)
  const [index, count] = [Number(match?.[1]), Number(match?.[2])]
  if (!match || count < 1 || index >= count)
    throw new UserError({
      message: `--shard ${text}: it is written i/n, with i from 0 to n - 1`,
      hint: 'for instance 0/4, 1/4, 2/4 and 3/4',
    })
  return { index, count }
}

/** True for a cell of this part. Neighbours go to different parts, so that dear corners of a grid are shared out. */
export function isInShard(cell: number, { index, count }: Shard): boolean {
  return cell % count === index
}
