/** What the page begins with: a small CDN for the whole world, one origin, a million requests. */
export const firstScenario = `title: A small CDN for the world
pops: world-20
edge: { capacity: 200MB, policy: lru }
origin: { at: us-east-1, think: 40ms }
router: lowest-rtt
visitors: { cities: 1000 }
traffic:
  objects: 50000
  requests: 1000000
  rate: 2000/s
  popularity: zipf:alpha=0.9
behaviors:
  - { path: "*", cache: { ttl: 24h } }
`
