import { defineJsonLog } from './json-lines.ts'
import { cloudflareVerdict } from './verdicts.ts'

/** Cloudflare's Logpush of HTTP requests. */
export const cloudflare = defineJsonLog(
  {
    name: 'cloudflare',
    title: 'Cloudflare Logpush of http_requests, JSON lines',
    source: 'Cloudflare Logs: http_requests dataset',
  },
  head => /"(?:Edge|Client|Cache)[A-Z]\w+"\s*:/.test(head),
  {
    time: ['EdgeStartTimestamp', 'EdgeEndTimestamp'],
    method: ['ClientRequestMethod'],
    host: ['ClientRequestHost'],
    target: ['ClientRequestURI', 'ClientRequestPath'],
    status: ['EdgeResponseStatus'],
    bytes: ['EdgeResponseBodyBytes', 'EdgeResponseBytes'],
    verdict: ['CacheCacheStatus'],
    pop: ['EdgeColoCode'],
    lat: ['ClientLatitude'],
    lon: ['ClientLongitude'],
    country: ['ClientCountry'],
    address: ['ClientIP'],
  },
  cloudflareVerdict,
)
