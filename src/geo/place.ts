/** A point on the globe: degrees, north and east positive. `cc` is the ISO 3166 country code in capitals. */
export interface Place {
  lat: number
  lon: number
  name?: string
  cc?: string
}
