import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { distanceKm, distanceMatrixKm } from '../../src/geo/distance.ts'
import { findPlace } from '../../src/geo/find-place.ts'
import { findImpossiblePairs } from '../../src/geo/light-check.ts'
import { createRttModel } from '../../src/geo/models/index.ts'
import { findPopMap, type PopSite, parsePopMaps } from '../../src/geo/pop-map.ts'
import { parseTable } from '../../src/geo/table.ts'
import { UserError } from '../../src/lib/user-error.ts'

const atlas = loadAtlas()

describe('the atlas', () => {
  it('holds the networks, cities and regions', () => {
    const sizes = [
      'cloudflare',
      'cloudfront',
      'fastly',
      'azure',
      'google',
      'bunny',
      'three-continents',
      'europe-5',
      'one-pop',
    ]
    expect(sizes.map(name => atlas.popMaps.get(name)?.length)).toEqual([339, 107, 79, 103, 101, 42, 3, 5, 1])
    expect([atlas.cities.length, atlas.regions.length, atlas.hubs.length, atlas.corridors.length]).toEqual([
      4442, 101, 140, 298,
    ])
  })

  it('knows the latency region of every place it names', () => {
    const places = [...atlas.cities, ...atlas.regions, ...[...atlas.popMaps.values()].flat()]
    expect(places.filter(({ cc }) => !atlas.countryRegion.has(cc ?? ''))).toEqual([])
    expect(
      places.every(({ lat, lon }) => Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0)),
    ).toBe(true)
  })

  it('has every PoP near a city of its country, so that no coordinate and no country is wrong', () => {
    const far = [...atlas.popMaps].flatMap(([map, pops]) => {
      const farPops = pops.filter(pop => {
        const cities = atlas.cities.filter(({ cc }) => cc === pop.cc)
        return cities.length > 0 && Math.min(...distanceMatrixKm([pop], cities)) > 300
      })
      return farPops.map(({ id }) => `${map}:${id}`)
    })
    expect(far).toEqual([])
  })

  it('has a PoP code at one place in all maps, so that no coordinate is of another town', () => {
    const firstOf = new Map<string, PopSite>()
    const apart: string[] = []
    for (const [map, pops] of atlas.popMaps)
      for (const pop of pops) {
        const first = firstOf.get(pop.id) ?? pop
        firstOf.set(pop.id, first)
        if (distanceKm(first, pop) > 100 || first.cc !== pop.cc) apart.push(`${map}:${pop.id}`)
      }
    expect(apart).toEqual([])
  })

  it('finds the country of a point', () => {
    const countries = [
      [48.86, 2.35],
      [35.7, 139.7],
      [-33.9, 18.4],
      [64.1, -21.9],
      [1.3, 103.8],
    ] as const
    expect(countries.map(([lat, lon]) => atlas.findCountry(lat, lon))).toEqual(['FR', 'JP', 'ZA', 'IS', 'SG'])
  })

  it('takes an unknown country code for that of the nearest city', () => {
    expect(atlas.regionOf({ lat: 51.5, lon: -0.1, cc: 'UK' })).toBe('EUW')
    expect(atlas.regionOf({ lat: 51.5, lon: -0.1, cc: 'jp' })).toBe('EAS')
  })
})

describe('finding a place by name', () => {
  it.each([
    ['Tokyo', 'JP', 35.69, 139.69],
    ['sao paulo', 'BR', -23.55, -46.64],
    ['Springfield, US', 'US', 37.22, -93.3],
    ['London', 'GB', 51.51, -0.13],
    ['London, CA', 'CA', 42.98, -81.23],
    ['Washington, D.C.', 'US', 38.9, -77.04],
    ['Washington, D.C., us', 'US', 38.9, -77.04],
    ['us-east-1', 'US', 39.05, -77.49],
    ['aws:us-east-1', 'US', 39.05, -77.49],
    ['cloudflare:ams', 'NL', 52.31, 4.76],
    ['Ashburn', 'US', 39.04, -77.49],
    ['48.86,2.35', 'FR', 48.86, 2.35],
    [' -33.9 , 18.4 ', 'ZA', -33.9, 18.4],
  ])('%s', (text, cc, lat, lon) => {
    const place = findPlace(atlas, text)
    expect(place.cc).toBe(cc)
    expect([place.lat, place.lon].map(degrees => Math.round(degrees * 100) / 100)).toEqual([lat, lon])
  })

  it('finds every city by its name and country, and the largest of one name by the name alone', () => {
    for (const city of atlas.cities.filter((_, index) => index % 40 === 0)) {
      const sameName = atlas.cities.filter(({ name, cc }) => name === city.name && cc === city.cc)
      const found = findPlace(atlas, `${city.name}, ${city.cc}`)
      expect(sameName.some(({ lat, lon }) => lat === found.lat && lon === found.lon)).toBe(true)
    }
  })

  it.each([
    ['Tokio', 'did you mean "Tokyo"?'],
    ['us-east-l', 'did you mean "us-east-1"?'],
    ['91,0', 'are latitude and longitude swapped?'],
    ['0,181', 'longitude "181"'],
    ['__proto__', 'unknown place'],
    ['', 'unknown place'],
  ])('refuses "%s" and helps', (text, message) => {
    expect(() => findPlace(atlas, text)).toThrow(UserError)
    expect(() => findPlace(atlas, text)).toThrow(message)
  })
})

describe('a map of PoPs', () => {
  const header = 'map,id,city,cc,lat,lon\n'

  it('is read by name of column, with quotes, comments and empty lines', () => {
    const text = `\uFEFF# mine\r\nlon,lat,map,id,cc,city,note\r\n\r\n2.35,48.86,m,PAR,FR,"Paris, ""the"" city",x\r\n`
    const [pop] = parsePopMaps(text, 'mine.csv').get('m')!
    expect(pop).toEqual({ id: 'PAR', name: 'Paris, "the" city', cc: 'FR', lat: 48.86, lon: 2.35 })
  })

  it('tells all its mistakes at once, with their lines', () => {
    const text = `${header}m,A,,FR,91,0\nm,a,,FR,1,1\nm,B,,,1,NaN\nm,,,,1,1\n`
    const mistakesOf = (): readonly { message: string }[] => {
      try {
        parsePopMaps(text, 'mine.csv')
      } catch (error) {
        if (error instanceof UserError) return error.mistakes
      }
      return []
    }
    expect(mistakesOf()).toMatchObject([
      { message: expect.stringContaining('latitude "91"'), at: { file: 'mine.csv', line: 2 } },
      { message: expect.stringContaining('twice, first in line 2'), at: { line: 3 } },
      { message: expect.stringContaining('longitude "NaN"'), at: { line: 4 } },
      { message: expect.stringContaining('no id'), at: { line: 5 } },
    ])
  })

  it('must have its columns and whole lines', () => {
    expect(() => parseTable('map,id,latt\n', 't.csv', ['map', 'lat'])).toThrow('no column "lat" (did you mean "latt"?)')
    expect(() => parseTable('a,b\n1\n1,2,3\n', 't.csv', ['a'])).toThrow(/t.csv:2.*\n.*t.csv:3/)
    expect(() => parseTable('', 't.csv', ['a'])).toThrow(UserError)
  })

  it('is found by its name', () => {
    expect(findPopMap(atlas.popMaps, 'one-pop')).toHaveLength(1)
    expect(() => findPopMap(atlas.popMaps, 'cloudfare')).toThrow('did you mean "cloudflare"?')
  })
})

describe('the check against the speed of light in fibre', () => {
  it('finds the pairs of a place whose coordinates are swapped, and no other', () => {
    const cities = ['Tokyo', 'Frankfurt', 'London', 'New York City', 'Singapore'].map(name => findPlace(atlas, name))
    const model = createRttModel(atlas, 'hub-region-factor')
    const pairs = cities.flatMap((a, i) => cities.slice(i + 1).map(b => ({ a, b, rttMs: model.rttMs(a, b) })))
    expect(findImpossiblePairs(pairs)).toEqual([])
    const london = cities[2]!
    const wrong = { ...london, lat: -london.lat }
    const swapped = pairs.map(({ a, b, rttMs }) => ({
      a: a === london ? wrong : a,
      b: b === london ? wrong : b,
      rttMs,
    }))
    const found = findImpossiblePairs(swapped)
    expect(found.length).toBeGreaterThan(0)
    for (const { pair, lightMs } of found) {
      expect([swapped[pair]!.a, swapped[pair]!.b]).toContain(wrong)
      expect(lightMs).toBeGreaterThan(swapped[pair]!.rttMs)
    }
  })
})
