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
/** A bit for each object that must not be stored; 0 where all may be. */
let passColumn: usize = 0
/** How long objects of each behaviour stay as they are, and how far into that time each object begins; 0 where none changes. */
let changes: usize = 0
let phases: usize = 0

export function setRules(
  objectCount: u32,
  bytes: usize,
  same: f64,
  behaviorOf: usize,
  behaviorCount: u32,
  ttl: usize,
  stale: usize,
  pass: usize,
  changeMs: usize,
  phaseOf: usize,
): void {
  objects = objectCount
  bytesColumn = bytes
  sameBytes = same
  behaviorColumn = behaviorOf
  behaviors = behaviorCount
  ttls = ttl
  stales = stale
  passColumn = pass
  changes = changeMs
  phases = phaseOf
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

@inline
export function isPass(id: u32): bool {
  return passColumn != 0 && ((load<u32>(passColumn + ((id >> 5) << 2)) >> (id & 31)) & 1) != 0
}

/** True where what a shelf holds may have changed at the origin. */
@inline
export function areChanging(): bool {
  return phases != 0
}

/** The state of an object at a time, as `scenario/rules` counts them. */
@inline
export function versionAt(id: u32, now: f64): f64 {
  if (phases == 0) return 0
  const stayMs = load<f64>(changes + ((behaviorOf(id) as usize) << 3))
  return floor(now / stayMs + load<f64>(phases + ((id as usize) << 3)))
}
