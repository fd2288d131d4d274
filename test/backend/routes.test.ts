import { describe, expect, it } from 'vitest'
import { createRouteTable } from '../../src/backend/routes.ts'

const tableOf = (...keys: string[]) => createRouteTable(keys.map(key => [key, key] as const))

describe('routes', () => {
  // The routes and requests of the example in the Amazon API Gateway Developer Guide, "Create routes for HTTP APIs".
  const table = tableOf('GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default')

  it.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['GET', '/', '$default', {}],
  ])('%s %s goes to %s', (method, path, route, parameters) => {
    const found = table.find(method, path)
    expect(found?.route).toBe(route)
    expect({ ...found?.parameters }).toEqual(parameters)
  })

  it('has no route without $default', () => {
    const small = tableOf('GET /a', 'POST /a/{id}')
    expect(small.find('POST', '/a')).toBeUndefined()
    expect(small.find('GET', '/a/')).toBeUndefined()
    expect(small.find('GET', '/b')).toBeUndefined()
    expect(small.methodsAt('/a/7')).toEqual(['POST'])
  })

  it('prefers the named method over ANY, and a more exact path over the method', () => {
    const both = tableOf('ANY /a', 'GET /a', 'ANY /b/c', 'GET /b/{x}')
    expect(both.find('GET', '/a')?.route).toBe('GET /a')
    expect(both.find('PUT', '/a')?.route).toBe('ANY /a')
    expect(both.find('GET', '/b/c')?.route).toBe('ANY /b/c')
  })

  it('does not depend on the order in which routes are written', () => {
    const keys = ['GET /a/{x}/c', 'GET /a/b/{y}', 'GET /{g+}', 'GET /a/{g+}', 'GET /a/b/c']
    for (const path of ['/a/b/c', '/a/x/c', '/a/b/x', '/a/x/y', '/x'])
      expect(tableOf(...keys).find('GET', path)?.route).toBe(tableOf(...keys.toReversed()).find('GET', path)?.route)
    expect(tableOf(...keys).find('GET', '/a/b/x')?.route).toBe('GET /a/b/{y}')
  })

  it('decodes parameters, keeps an encoded slash in its segment, and touches no prototype', () => {
    const one = tableOf('GET /f/{name}', 'GET /{__proto__}/x')
    expect(one.find('GET', '/f/a%2Fb%20c')?.parameters.name).toBe('a/b c')
    expect(one.find('GET', '/f/%ff')?.parameters.name).toBe('%ff')
    expect(one.find('GET', '/v/x')?.parameters).toEqual(JSON.parse('{"__proto__":"v"}'))
    expect(({} as Record<string, unknown>).v).toBeUndefined()
  })

  it.each([
    ['GET pets', 'neither'],
    ['FETCH /a', 'unknown method'],
    ['GET /a{id}', 'whole segment'],
    ['GET /{a+}/b', 'last segment'],
    ['GET /{a}/{a}', 'same name'],
  ])('refuses %s', (key, message) => expect(() => tableOf(key)).toThrow(message))

  it('refuses two routes of one shape', () => expect(() => tableOf('GET /{a}', 'GET /{b}')).toThrow('twice'))
})
