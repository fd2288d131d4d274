import type { Behind } from '../live/network.ts'

/** The systems behind the PoPs with their keys, running. */
export interface Served extends Behind {
  credentials: { accessKeyId: string; secretAccessKey: string }
}

/** What stands behind the PoPs, and what an AWS client must be told to reach it, as lines that a shell can take. */
export function describeBehind({ backends, credentials, rules }: Served): string[] {
  const { plan } = rules
  const origins = plan.origins.map(
    ({ name, kind }, index) => `origin ${backends.origins[index]!.origin}  ${name}: ${kind}`,
  )
  const references = plan.origins.flatMap(({ name, kind }, index) =>
    kind === 'api' ? [`reference ${backends.origins[index]!.origin}/_reference  ${name}: every route on a page`] : [],
  )
  const buckets = plan.buckets.map(({ name, nodes, replicas }) => {
    const objects = backends.filled[name] ?? 0
    return `bucket ${name}: ${objects} objects, each on ${replicas} of ${nodes} nodes`
  })
  const tables = plan.tables.map(({ name }) => `table ${name}: ${backends.filled[name] ?? 0} items`)
  const functions = plan.functions.map(({ name, file }) => `function ${name}: ${file}`)
  return [
    ...origins,
    ...references,
    ...buckets,
    ...tables,
    ...functions,
    `AWS_ENDPOINT_URL=${backends.endpoint.url} AWS_REGION=us-east-1`,
    `AWS_ACCESS_KEY_ID=${credentials.accessKeyId} AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`,
  ]
}
