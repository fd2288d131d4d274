/** A copy of a column in memory that threads share: sent to another thread, it is not copied again. */
export function inSharedMemory<Column extends Float64Array | Int32Array | Uint16Array | Uint8Array>(
  column: Column,
): Column {
  const memory = new SharedArrayBuffer(column.byteLength)
  const Kind = column.constructor as new (memory: SharedArrayBuffer) => Column
  const copy = new Kind(memory)
  copy.set(column)
  return copy
}
