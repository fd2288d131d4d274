export const echo = async event => event
export const formatted = async event => ({
  statusCode: 201,
  headers: {
    'X-One': 'a',
    'Content-Type': 'text/plain',
    'X-Number': 7,
    'Content-Length': '999',
    'Access-Control-Allow-Origin': 'evil',
  },
  cookies: ['a=1; Path=/', 'b=2'],
  body: event.body ?? 'made',
})
export const returns = async event => JSON.parse(event.body)
export const bytes = async () => ({
  statusCode: 200,
  headers: { 'content-type': 'image/png' },
  isBase64Encoded: true,
  body: 'AAH/',
})
export const slow = async () => new Promise(resolve => setTimeout(() => resolve('late'), 1500))
export const inner = async () => ({ trace: process.env._X_AMZN_TRACE_ID })

let asked = 0
export const simple = async event => ({
  isAuthorized: event.identitySource[0] === 'letmein',
  context: { asked: ++asked, source: event.identitySource[0] },
})
export const policy = async event => ({
  principalId: 'me',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [
      { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.routeArn.replace(/\/GET\/.*/, '/GET/*') },
      { Action: 'execute-api:*', Effect: 'Deny', Resource: '*/policy/denied' },
    ],
  },
  context: { role: event.identitySource[0] },
})
export const nonsense = async () => ({ yes: true })

export const socket = async event => {
  const { routeKey, connectionId, eventType } = event.requestContext
  if (routeKey === '$connect') return { statusCode: event.queryStringParameters?.key === 'no' ? 403 : 200 }
  if (routeKey === 'fails') throw new Error('no')
  if (routeKey === '$disconnect') return console.log('gone', connectionId)
  return { statusCode: 200, body: JSON.stringify({ routeKey, eventType, connectionId, body: event.body }) }
}
