// What holds for all PoPs of a world, as columns that the caller has filled.

/** Bytes of each object; 0 where all have `sameBytes`. */
export let bytesColumn: usize = 0
let sameBytes: f64 = 0
/** The behaviour of each object; 0 where one rules all. */
let behaviorColumn: usize = 0
/** Lifetime in ms of each behaviour, and how long after it a copy may be served while it is refreshed. */
let ttls: usize = 0
let stales: usize = 0
export let behaviors: u32 = 1
/** Objects in the world. */
export let objects: u32 = 0

export function setRules(
  objectCount: u32,
  bytes: usize,
  same: f64,
  behaviorOf: usize,
  behaviorCount: u32,
  ttl: usize,
  stale: usize,
): void {
  objects = objectCount
  bytesColumn = bytes
  sameBytes = same
  behaviorColumn = behaviorOf
  behaviors = behaviorCount
  ttls = ttl
  stales = stale
}

@inline
export function bytesOf(id: u32): f64 {
  return bytesColumn == 0 ? sameBytes : load<f64>(bytesColumn + ((id as usize) << 3))
}

@inline
export function behaviorOf(id: u32): u32 {
  return behaviorColumn == 0 ? 0 : (load<u8>(behaviorColumn + id) as u32)
}

@inline
export function ttlMsOf(id: u32): f64 {
  return load<f64>(ttls + ((behaviorOf(id) as usize) << 3))
}

@inline
export function staleMsOf(id: u32): f64 {
  return load<f64>(stales + ((behaviorOf(id) as usize) << 3))
}
