export const request = async event => {
  const { request } = event.Records[0].cf
  request.headers['x-country'] = [{ key: 'X-Country', value: 'NZ' }]
  request.uri = `/v2${request.uri}`
  return request
}
export const response = async () => ({
  status: '302',
  statusDescription: 'Found',
  headers: { location: [{ value: '/login' }] },
})
export const wrong = async () => ({ status: 'none' })
