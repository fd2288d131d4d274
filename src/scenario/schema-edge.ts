import { z } from 'zod'
import { knownKeySeparator, record } from './schema-values.ts'

const script = /^[^\s].*\.[cm]?js$/

/**
 * A map of known keys in which further names stand for hooks. What is a hook is told by its value: a script's file or a function,
 * neither of which any known key takes. A name with another value is an unknown key, as everywhere.
 */
export function withHooks<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(knownKeySeparator)
  const file = z
    .any()
    .meta({ type: 'string', pattern: script.source })
    .superRefine((given: unknown, context) => {
      if (typeof given !== 'string' || !script.test(given))
        context.addIssue({ code: 'custom', message: known, params: { isUnknownKey: true } })
    })
    .transform(given => given as string)
  const hook = z.union([
    record({ function: z.string().describe('A function, started in every region by itself') }),
    file.describe('A script, beside or below the scenario'),
  ])
  return z.object(shape).catchall(hook)
}

/** Which hook runs when: the moments of a request at a PoP. */
export const hookChoice = record({
  'viewer-request': z.string().optional().describe('When a request comes, before the shelf is looked at'),
  'origin-request': z.string().optional().describe('Before the upstream is asked'),
  'origin-response': z.string().optional().describe('When its answer is there, before it is stored'),
  'viewer-response': z.string().optional().describe('Before the answer goes to the visitor'),
})
