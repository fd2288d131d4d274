// Runs at every PoP before the shelf is looked at: names what is the same thing in the same way, so that it is kept once.
// biome-ignore lint/correctness/noUnusedVariables: the PoP calls the function of this name
function handler({ request }) {
  // /api/Products/7/ is /api/products/7.
  request.uri = request.uri.toLowerCase().replace(/\/+$/, '') || '/'
  // Campaign marks tell visitors apart, not products.
  for (const name of Object.keys(request.querystring))
    if (/^(utm_|fbclid|gclid)/.test(name)) delete request.querystring[name]
  return request
}
