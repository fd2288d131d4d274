// The requests of a stretch gathered by edge, those of one edge in order of time, like `sim/pop-order`: a stable counting sort. A request is
// two words, its time and in one word its row, object and place, so that each edge's queue is written at one place.

/** Columns of the batch, filled by the caller, and the edge of each place. */
let times: usize = 0
let objects: usize = 0
let places: usize = 0
let edgeOf: usize = 0
let edges: u32 = 0
let records: usize = 0
/** Where the next request of each edge goes; after sorting, where those of an edge end. */
let ends: usize = 0
let placeBits: u64 = 0
let objectBits: u64 = 0

export function setSorting(
  timesMs: usize,
  objectIds: usize,
  placeIds: usize,
  edgeOfPlace: usize,
  edgeCount: u32,
  sorted: usize,
  endOf: usize,
  bitsOfPlaces: u32,
  bitsOfObjects: u32,
): void {
  times = timesMs
  objects = objectIds
  places = placeIds
  edgeOf = edgeOfPlace
  edges = edgeCount
  records = sorted
  ends = endOf
  placeBits = bitsOfPlaces
  objectBits = bitsOfObjects
}

@inline
function edgeCell(row: u32): usize {
  const place = load<u16>(places + ((row as usize) << 1)) as usize
  return ends + ((load<u32>(edgeOf + (place << 2)) as usize) << 2)
}

/** Sorts rows of the batch; those of edge e end in `ends` at 4e. */
export function sortRows(from: u32, to: u32): void {
  memory.fill(ends, 0, (edges as usize) << 2)
  for (let row = from; row < to; row++) {
    const cell = edgeCell(row)
    store<u32>(cell, load<u32>(cell) + 1)
  }
  let before: u32 = 0
  for (let edge: usize = 0; edge < (edges as usize); edge++) {
    const count = load<u32>(ends + (edge << 2))
    store<u32>(ends + (edge << 2), before)
    before += count
  }
  const placeShift = placeBits
  const rowShift = placeBits + objectBits
  for (let row = from; row < to; row++) {
    const cell = edgeCell(row)
    const sorted = load<u32>(cell)
    store<u32>(cell, sorted + 1)
    const record = records + ((sorted as usize) << 4)
    store<f64>(record, load<f64>(times + ((row as usize) << 3)))
    const id = load<u32>(objects + ((row as usize) << 2)) as u64
    const place = load<u16>(places + ((row as usize) << 1)) as u64
    store<u64>(record, ((row as u64) << rowShift) | (id << placeShift) | place, 8)
  }
}

@inline
function wordOf(sorted: u32): u64 {
  return load<u64>(records + ((sorted as usize) << 4), 8)
}

@inline
export function timeOf(sorted: u32): f64 {
  return load<f64>(records + ((sorted as usize) << 4))
}

@inline
export function idOf(sorted: u32): u32 {
  return ((wordOf(sorted) >> placeBits) & (((1 as u64) << objectBits) - 1)) as u32
}

@inline
export function placeOf(sorted: u32): u32 {
  return (wordOf(sorted) & (((1 as u64) << placeBits) - 1)) as u32
}

/** Row of the request within the batch. */
@inline
export function rowOf(sorted: u32): u64 {
  return wordOf(sorted) >> (placeBits + objectBits)
}
