import { z } from 'zod'
import { record } from './schema-values.ts'

/** Which prices the figures are told in: the name of a CDN, or more about it. */
export const cost = z
  .union([
    z.string().transform(cdn => ({ cdn, cloud: undefined, file: undefined })),
    record({
      cdn: z.string().describe('A CDN of the price file: cloudfront, cloudflare, fastly, bunny, google, azure'),
      cloud: z
        .string()
        .optional()
        .describe("Where the origin stores: aws, gcp, azure, r2; when left out the CDN's own cloud, or aws"),
      file: z.string().min(1).optional().describe('A price file of your own, beside or below the scenario'),
    }),
  ])
  .optional()
  .describe('Tells what a month at the pace of the run costs, with the CDN and without')
