import { z } from 'zod'
import { parseDurationMs } from '../../lib/quantity.ts'

/** A parameter that is a duration, such as `6m`, with a default; milliseconds when read. */
export function durationParam(preset: string) {
  return z
    .union([z.string(), z.number()])
    .default(preset)
    .transform((text, context) => {
      const ms = parseDurationMs(text)
      if (ms !== undefined) return ms
      context.addIssue({ code: 'custom', message: `"${text}" is no duration` })
      return z.NEVER
    })
}
