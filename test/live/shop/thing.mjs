let calls = 0

/** Says what it was asked, how often, and under which trace. */
export async function get({ pathParameters, rawQueryString }) {
  calls++
  if (pathParameters.id === 'broken') throw new Error('broken')
  const body = { id: pathParameters.id, query: rawQueryString, calls, trace: process.env._X_AMZN_TRACE_ID }
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/** A hook in the shape of Lambda@Edge: marks the request. */
export async function mark({ Records: [{ cf }] }) {
  cf.request.querystring = cf.request.querystring === '' ? 'marked=1' : `${cf.request.querystring}&marked=1`
  return cf.request
}

/** The same for the answer. */
export async function sign({ Records: [{ cf }] }) {
  cf.response.headers['x-signed'] = [{ key: 'X-Signed', value: cf.request.uri }]
  return cf.response
}

const created = []

/** Keeps the keys that were created; tells them when it is called with anything else. */
export async function watch(event) {
  if (event.Records) created.push(...event.Records.map(({ s3 }) => s3.object.key))
  return created
}
