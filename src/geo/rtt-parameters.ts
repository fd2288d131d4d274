/** Factors over light in fibre between two latency regions; the key is `A-B` with A before B in the alphabet. */
export interface RegionFactors {
  /** RTT in ms that the first kilometres cost, whatever the distance. */
  a0: number
  /** The factor of two regions that were never measured. */
  f0: number
  f: Record<string, number>
}

/** One fitted set of parameters: for the public Internet, or for a private backbone. */
export interface RttParameterSet {
  /** ms, and ms for each km. */
  line: [number, number]
  /** ms at one km, and the exponent of the distance. */
  power: [number, number]
  regionFactor: RegionFactors
  hubPathLine: [number, number]
  hubRegionFactor: RegionFactors
}

/** The file `config/rtt-parameters.json`. */
export interface RttParameters {
  public: RttParameterSet
  backbone: RttParameterSet
  /** How a place reaches its hubs: length over the great circle, and how many hubs it reaches. */
  hubAttachFactor: number
  nearestHubs: number
  /** How two near places reach each other without a hub: length over the great circle, and up to which distance. */
  directEdgeFactor: number
  directEdgeMaxKm: number
}
