// Two operations of a key-value table with nothing but Node.js: a request is signed and sent (AWS Signature Version 4). In a project of
// your own `@aws-sdk/client-dynamodb` does this and much more; it works here unchanged, with the same environment variables.
import { createHash, createHmac } from 'node:crypto'

const { AWS_ENDPOINT_URL, AWS_REGION = 'us-east-1' } = process.env

const sha256 = text => createHash('sha256').update(text).digest('hex')
const hmac = (key, text) => createHmac('sha256', key).update(text).digest()

/** Calls an operation such as `GetItem`. Throws with the name of the error that the table answered. */
export async function table(operation, input) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, _X_AMZN_TRACE_ID } = process.env
  const { host } = new URL(AWS_ENDPOINT_URL)
  const body = JSON.stringify(input)
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const fields = {
    'content-type': 'application/x-amz-json-1.0',
    host,
    'x-amz-date': time,
    ...(AWS_SESSION_TOKEN ? { 'x-amz-security-token': AWS_SESSION_TOKEN } : {}),
    'x-amz-target': `DynamoDB_20120810.${operation}`,
  }
  const names = Object.keys(fields).join(';')
  const lines = Object.entries(fields).map(([name, value]) => `${name}:${value}\n`)
  const canonical = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n')
  const scope = `${time.slice(0, 8)}/${AWS_REGION}/dynamodb/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')
  const key = scope.split('/').reduce(hmac, `AWS4${AWS_SECRET_ACCESS_KEY}`)
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  const traced = _X_AMZN_TRACE_ID ? { 'x-amzn-trace-id': _X_AMZN_TRACE_ID } : {}
  const { host: _, ...sent } = fields
  const response = await fetch(AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: { ...sent, ...traced, authorization },
    body,
  })
  const answer = await response.json()
  if (response.ok) return answer
  throw Object.assign(new Error(answer.message ?? answer.Message ?? operation), {
    name: String(answer.__type).split('#').at(-1),
  })
}
