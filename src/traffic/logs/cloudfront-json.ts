import { defineJsonLog } from './json-lines.ts'
import { cloudfrontVerdict } from './verdicts.ts'

/** Amazon CloudFront's standard log, version 2, as JSON: the same fields as with tabs, each value a text. */
export const cloudfrontJson = defineJsonLog(
  {
    name: 'cloudfront-json',
    title: 'Amazon CloudFront standard log v2, JSON lines',
    source: 'Amazon CloudFront developer guide: standard logging (v2), output formats',
  },
  head => /"(?:x-edge-location|cs-uri-stem|x-edge-result-type)"\s*:/.test(head),
  {
    time: ['timestamp(ms)', 'date', 'timestamp'],
    timeOfDay: 'time',
    method: ['cs-method'],
    host: ['x-host-header', 'cs(Host)'],
    target: ['cs-uri-stem'],
    query: 'cs-uri-query',
    status: ['sc-status'],
    bytes: ['sc-content-len', 'sc-bytes'],
    rangeEnd: 'sc-range-end',
    verdict: ['x-edge-result-type'],
    pop: ['x-edge-location'],
    lat: [],
    lon: [],
    country: ['c-country'],
    address: ['c-ip'],
  },
  cloudfrontVerdict,
)
