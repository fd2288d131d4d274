// biome-ignore lint/correctness/noUnusedVariables: the PoP calls the function of this name
function handler({ request, response }) {
  if (response) {
    response.headers['x-tidied'] = { value: 'yes' }
    return response
  }
  if (request.uri === '/api/made') return { statusCode: 418, headers: { 'x-made': { value: 'here' } }, body: 'made' }
  // One call that takes minutes.
  if (request.uri === '/api/stuck') 'a'.repeat(400000).indexOf(`${'a'.repeat(200000)}b`)
  if (request.uri === '/api/thrown') throw new Error('thrown')
  request.uri = request.uri.toLowerCase()
  delete request.querystring.utm_source
  return request
}
