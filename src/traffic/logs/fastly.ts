import { defineJsonLog } from './json-lines.ts'
import { fastlyVerdict } from './verdicts.ts'

/** The JSON that Fastly's documentation proposes for its log streams, under the names that it uses; names that people often choose too. */
export const fastly = defineJsonLog(
  {
    name: 'fastly',
    title: "Fastly's proposed JSON, one object a line",
    source: 'Fastly documentation: custom log formats, example JSON format',
  },
  head => /"(?:fastly_server|fastly_info|response_state|cache_status|fastly_is_edge)"\s*:/.test(head),
  {
    time: ['timestamp', 'time_start', 'time', 'req_time'],
    method: ['request_method', 'method', 'request'],
    host: ['host', 'request_host'],
    target: ['url', 'request_url', 'path'],
    status: ['response_status', 'status'],
    bytes: ['response_body_size', 'response_body_bytes', 'resp_body_size', 'bytes'],
    verdict: ['response_state', 'fastly_info', 'fastly_info_state', 'cache_status'],
    pop: ['pop', 'datacenter', 'server_datacenter', 'fastly_server', 'server_identity'],
    lat: ['geo_latitude', 'geo_lat', 'client_latitude'],
    lon: ['geo_longitude', 'geo_lon', 'client_longitude'],
    country: ['geo_country_code', 'country_code', 'client_country_code'],
    address: ['client_ip', 'remote_addr'],
    isEdge: 'fastly_is_edge',
  },
  fastlyVerdict,
)
