import { describe, expect, it } from 'vitest'
import { mistakesOf, planText } from './mistakes-of.ts'

/** A text that must be refused, and what is said of it. */
type Case = [text: string, complaint: string | RegExp]

function refuses(cases: readonly Case[]): void {
  it.each(cases.map(([text, complaint]) => [text.slice(0, 60), text, complaint] as const))(
    '%j',
    (_name, text, complaint) => {
      expect(mistakesOf(text)[0]).toMatch(complaint)
    },
  )
}

describe('nesting', () => {
  const brackets = `a: ${'['.repeat(1000)}`
  const indents = Array.from({ length: 700 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')
  const manyIndents = Array.from({ length: 3000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')

  it('refuses what would end the process, thirty times in one process', () => {
    for (let round = 0; round < 30; round++) {
      expect(mistakesOf(brackets)).toEqual(['my.yaml:1:67: nested deeper than 64 levels'])
      expect(mistakesOf(indents)).toEqual(['my.yaml:65:66: nested deeper than 64 levels'])
      expect(mistakesOf(manyIndents)[0]).toContain('longer than 512 KiB')
    }
  })

  refuses([
    [`${'- '.repeat(1000)}a`, 'nested deeper'],
    [`${'{a: '.repeat(1000)}`, 'nested deeper'],
    [`a: it's\nb: ${'['.repeat(1000)}`, 'my.yaml:2:67: nested deeper'],
    [`a: ["]", ${'[ "]", '.repeat(1000)}`, 'nested deeper'],
    [`a: |\n  'text\nb: ${'['.repeat(1000)}`, 'my.yaml:3:67: nested deeper'],
    [`[ a: ${'b: '.repeat(1000)}`, 'nested deeper'],
    ['a: '.repeat(1000), 'a second ": " on this line'],
    ['? '.repeat(1000), '"?" without a plain key'],
  ])

  it.each([
    ['in quotes', `title: "${'['.repeat(150)}"`],
    ['in single quotes', `title: '${'{'.repeat(150)}'`],
    ['in a comment', `title: a # ${'['.repeat(150)}`],
    ['in a block of text', `description: |\n  ${'['.repeat(150)}\ntitle: a`],
    ['in plain text', `title: a${'['.repeat(150)}`],
  ])('is not fooled by brackets %s', (_where, text) => {
    expect(mistakesOf(text)).toEqual([])
  })
})

describe('aliases, tags, keys', () => {
  const bomb = ['x0: &x0 [a, a, a, a, a, a, a, a, a]']
  for (let level = 1; level < 12; level++)
    bomb.push(
      `x${level}: &x${level} [${Array(9)
        .fill(`*x${level - 1}`)
        .join(', ')}]`,
    )

  refuses([
    [bomb.join('\n'), 'more than 100000 values'],
    ['edge: &loop\n  policy: *loop', 'my.yaml:2:11: *loop contains itself'],
    ['edge: *nothing', 'no anchor &nothing'],
    ['title: !foo bar', 'my.yaml:1:8: tags are not read'],
    ['title: !!str 5', /tags .*are not read/],
    ['title: !!binary aGFsbG8=', /tags .*are not read/],
    ['%YAML 1.1\n---\ntitle: yes', 'directives'],
    ['__proto__: {polluted: 1}', 'my.yaml:1:1: "__proto__" cannot be a key'],
    ['{"__proto__": {"polluted": 1}}', '"__proto__" cannot be a key'],
    ['constructor: 1', '"constructor" cannot be a key'],
    ['edge: {prototype: 1}', '"prototype" cannot be a key'],
    ['pops: [{id: __proto__, at: Tokyo}]', /is no id/],
    ['pops: [{id: constructor, at: Tokyo}]', '"constructor" cannot be an id'],
    ['traffic: {classes: {prototype: {share: 1}}}', '"prototype" cannot be a key'],
    ['edge: {policy: {name: constructor}}', 'unknown policy "constructor"'],
    ['pops: __proto__', 'unknown PoP map "__proto__"'],
    ['thresholds: ["constructor > 1"]', 'unknown metric "constructor"'],
    ['[1, 2]: a', 'a key must be a plain text'],
  ])

  it('touches no prototype', () => {
    mistakesOf('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}')
    mistakesOf('title: a', ['__proto__.polluted=1', 'edge.__proto__.polluted=1', 'constructor.prototype.polluted=1'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('takes an alias that is none of this', () => {
    const { plan } = planText('pops: [{id: a, at: &here Tokyo}]\norigin: {at: *here}')
    expect(plan.origin.place.name).toBe('Tokyo')
  })
})

describe('numbers, as they are written', () => {
  refuses([
    ['latency: {sigma: .nan}', 'my.yaml:1:18: .nan is no plain number'],
    ['latency: {sigma: .inf}', '.inf is no plain number'],
    ['latency: {sigma: 1e400}', '1e400 is too large'],
    ['seed: 9007199254740993', '9007199254740993 is too large to be held exactly'],
    ['seed: 017', '017 is no plain number'],
    ['seed: 0x1F', '0x1F is no plain number'],
    ['seed: 1_000', 'seed: expected a number, got "1_000"'],
    ['seed: 12:30', 'seed: expected a number, got "12:30"'],
    ['visitors: {startHour: 12:30}', 'expected a number, got "12:30"'],
    ['edge: {collapse: yes}', 'edge.collapse: expected true or false, got "yes"'],
    ['edge: {collapse: no}', 'expected true or false, got "no"'],
    ['edge: {capacity: -0}', 'edge.capacity: "-0" is nothing'],
    ['replications: -0', 'replications: "-0" is too small'],
    ['seed: 1.5', 'seed: expected a whole number, got "1.5"'],
    ['title: 5', 'title: expected a text, got "5"; put it into quotes'],
    ['pops: [{id: 1e3, at: Tokyo}]', 'pops.0.id: expected a text, got "1e3"'],
  ])
})

describe('places', () => {
  refuses([
    ['origin: {at: {lat: 91, lon: 0}}', 'my.yaml:1:20: origin.at.lat: latitude "91" is not within -90 to 90'],
    ['origin: {at: {lat: 0, lon: 181}}', 'longitude "181" is not within'],
    ['origin: {at: {lat: .nan, lon: 0}}', '.nan is no plain number'],
    ['origin: {at: "91,0"}', 'latitude "91" is not a number from -90 to 90'],
    ['origin: {at: "139.7,35.6"}', 'are latitude and longitude swapped'],
    ['origin: {at: Tokio}', 'origin.at: unknown place "Tokio" (did you mean "Tokyo"'],
    ['pops: [{id: a, at: Atlantiss}]', 'my.yaml:1:20: pops.0.at: unknown place'],
    ['visitors: {countries: [ZZ]}', 'no city of these countries'],
    ['visitors: {access: {fiber: 1}}', 'did you mean "fibre"'],
  ])

  it('warns of null island', () => {
    for (const at of ['"0,0"', '{lat: 0, lon: 0}'])
      expect(planText(`pops: [{id: a, at: ${at}}]`).warnings.map(({ message }) => message)).toEqual([
        'pops.0.at: latitude 0, longitude 0 lies in the sea',
      ])
  })

  it('takes poles, the antimeridian and two PoPs at one place, in order of id', () => {
    const { plan } = planText(
      'pops: [{id: b, at: "90,0"}, {id: c, at: "0,180"}, {id: d, at: "0,-180"}, {id: a, at: "90,0"}]',
    )
    expect(plan.pops.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('nothing of something', () => {
  refuses([
    ['pops: []', 'pops: an empty list is too small'],
    ['pops: {map: cloudflare, take: 0}', 'pops.take: "0" is too small'],
    ['visitors: {cities: 0}', 'visitors.cities: "0" is too small'],
    ['visitors: {cities: []}', 'an empty list is too small'],
    ['visitors: {access: {fibre: 0}}', 'no access network has a weight'],
    ['traffic: {objects: 0}', 'traffic.objects: "0" is too small'],
    ['traffic: {requests: 0}', '"0" is too small'],
    ['traffic: {rate: 0}', 'traffic.rate: "0" is nothing'],
    ['traffic: {duration: 0s}', 'traffic.duration: "0s" is nothing'],
    ['edge: {capacity: 0}', 'edge.capacity: "0" is nothing'],
    ['traffic: {sizes: "fixed:bytes=2MB"}\nedge: {capacity: 1MB}', 'is below the smallest object'],
    ['origin: {concurrency: 0}', 'origin.concurrency: "0" is too small'],
    ['origin: {bandwidth: 0}', '"0" is nothing'],
    ['replications: 0', '"0" is too small'],
    ['traffic: {classes: {a: {share: 0}}}', 'no class has a share above 0'],
  ])
})

describe('what stands twice', () => {
  refuses([
    ['title: a\ntitle: b', 'my.yaml:2:1: the key "title" stands here a second time, first at 1:1'],
    [
      'pops:\n  - {id: a, at: Tokyo}\n  - {id: A, at: Paris}',
      'my.yaml:3:10: pops.1.id: the id "A" is there twice, first at my.yaml:2:10 as "a"',
    ],
    [
      'pops: [{id: a, at: Tokyo}]\nshields: [{id: a, at: Paris}]',
      'my.yaml:2:16: shields.0.id: the id "a" is there twice, first at my.yaml:1:13',
    ],
    ['shields: [{id: ams, at: Paris}]', 'the id "AMS" is also that of an edge PoP'],
    ['pops: {map: cloudflare, only: [AMS, AMS]}', 'my.yaml:1:37: pops.only.1: "AMS" is there twice'],
  ])
})

describe('misspelt', () => {
  refuses([
    ['edge: {capacty: 1GiB}', 'my.yaml:1:8: unknown key "capacty" in edge (did you mean "capacity"'],
    ['routr: nearest', 'my.yaml:1:1: unknown key "routr" (did you mean "router"'],
    ['edge: {policy: lur}', 'my.yaml:1:16: edge.policy: unknown policy "lur" (did you mean "lru"'],
    ['router: nearst', 'did you mean "nearest"'],
    ['edge: {policy: "s3-fifo:smal=1"}', 'my.yaml:1:16: edge.policy: policy s3-fifo'],
    ['latency: {protocol: tls1}', 'did you mean "tls13"'],
    ['pops: clodflare', 'did you mean "cloudflare"'],
    ['pops: {map: cloudflare, only: [AMX]}', 'the map has no PoP "AMX"'],
    ['events: [{type: pop-dwn, at: 1m}]', 'did you mean "pop-down"'],
    ['events: [{type: pop-down, at: 1m, pop: AMX}]', 'unknown PoP "AMX"'],
    ['behaviors: [{class: img}]', 'unknown class "img"'],
    ['thresholds: [hit_rtio > 0.5]', 'did you mean "hit_ratio"'],
    ['traffic: {trace: a.csv, format: cvs}', 'traffic.format: "cvs" is not known (did you mean "csv"?)'],
    ['traffic: {trace: a.csv, rate: 5}', 'unknown key "rate" in traffic'],
    ['traffic: {object: 5}', 'did you mean "objects"'],
  ])
})

describe('quantities', () => {
  refuses([
    ['edge: {capacity: 10 GB of room}', 'edge.capacity: "10 GB of room" is no size'],
    ['edge: {capacity: -5MB}', 'edge.capacity: "-5MB" is no size'],
    ['edge: {capacity: 0.5B}', 'edge.capacity: "0.5B" is no size'],
    ['edge: {capacity: ""}', 'edge.capacity: "" is no size'],
    ['edge: {capacity: 9007199254740993B}', 'is no size'],
    ['traffic: {duration: 5 minutes}', '"5 minutes" is no duration'],
    ['traffic: {rate: 5/week}', '"5/week" is no rate'],
    ['latency: {reuse: 120%}', '"120%" is no share'],
    ['origin: {bandwidth: fast}', '"fast" is no bandwidth'],
    ['warmup: 100%', '"100%" is no warm-up'],
    ['thresholds: [hit_ratio]', '"hit_ratio" is no threshold'],
  ])

  it.each([
    ['10GB', 10e9],
    ['10 GiB', 10 * 2 ** 30],
    ['1e3MB', 1e9],
    ['4096', 4096],
  ])('reads %s', (text, bytes) => {
    expect(planText(`edge: {capacity: ${text}}`).plan.pops[0]!.capacityBytes).toBe(bytes)
  })
})

describe('the file as a whole', () => {
  refuses([
    ['', 'the scenario is empty'],
    ['# only a comment\n', 'the scenario is empty'],
    ['title: a\n---\ntitle: b\n', 'my.yaml:2:1: a second document begins here'],
    ['edge:\n\tpolicy: lru\n', 'my.yaml:2:1: a tab as indentation'],
    ['title: "a\0b"', 'my.yaml:1:10: a control character (U+0000)'],
    ['title: "\\e[31m"', 'the text holds control characters'],
    ['title: "\\u202Eevil"', 'the text holds control characters'],
    ['title: a: b', 'my.yaml:1:9: a second ": " on this line'],
    ['edge: {policy: lru', /my.yaml:1:19: .*must .*end with a }/],
    ['edge:', 'edge: has no value'],
    ['- title: a', 'a scenario is a map of keys'],
    ['just words', 'a scenario is a map of keys'],
  ])

  it('refuses 50 MB without reading them', () => {
    expect(mistakesOf('x'.repeat(50_000_000))).toEqual([
      'my.yaml: the scenario is longer than 512 KiB (put long lists of requests into a trace file)',
    ])
  })

  it('takes a byte order mark, CRLF, and JSON', () => {
    expect(planText('\ufefftitle: a').plan.title).toBe('a')
    expect(planText('title: a\r\nedge:\r\n  policy: sieve\r\n').plan.pops[0]!.policy).toBe('sieve')
    expect(planText('{\n\t"title": "a",\n\t"edge": {"policy": "sieve"}\n}').plan.pops[0]!.policy).toBe('sieve')
  })

  it('tells all mistakes at once, in the order of the text', () => {
    const text = 'pops: clodflare\norigin: {at: us-est-1}\nedge: {polcy: lru, capacity: 5 pounds}\nseed: 017\n'
    expect(mistakesOf(text).map(line => line.split(' ')[0])).toEqual([
      'my.yaml:1:7:',
      'my.yaml:2:14:',
      'my.yaml:3:8:',
      'my.yaml:3:30:',
      'my.yaml:4:7:',
    ])
  })
})

describe('--set', () => {
  it('overrides keys, list entries and whole branches', () => {
    const text = 'pops: [{id: a, at: Tokyo}]\nedge: {policy: lru}\nthresholds: [hit_ratio > 0.5]'
    const { plan } = planText(text, ['edge.policy=sieve', 'pops.0.at=Paris', 'thresholds=[]', 'traffic.requests=50'])
    expect(plan.pops[0]).toMatchObject({ policy: 'sieve', place: { name: 'Paris' } })
    expect(plan.thresholds).toEqual([])
    expect(plan.traffic.requests).toBe(50)
  })

  it.each([
    ['edge.policy=lur', '--set edge.policy: edge.policy: unknown policy "lur"'],
    ['edge.polcy=lru', '--set edge.polcy: unknown key "polcy" in edge (did you mean "policy"'],
    ['title.x=1', '--set title.x: title is "a", which has no keys'],
    ['pops.3.at=Paris', '--set pops.3.at: pops is a list of 1'],
    ['edge.capacity=[1', '--set edge.capacity: '],
    ['seed=017', '--set seed: 017 is no plain number'],
  ])('%s', (set, complaint) => {
    expect(mistakesOf('title: a\npops: [{id: a, at: Tokyo}]', [set])[0]).toMatch(complaint)
  })
})
