/** A column at least twice as long as before with the old rows kept; new rows are 0, or `fill`. */
export function grownFloat64(column: Float64Array, rows: number, fill = 0): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(Math.max(rows, column.length * 2))
  grown.set(column)
  if (fill !== 0) grown.fill(fill, column.length)
  return grown
}

/** A column at least twice as long as before with the old rows kept; new rows are 0, or `fill`. */
export function grownInt32(column: Int32Array, rows: number, fill = 0): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(rows, column.length * 2))
  grown.set(column)
  if (fill !== 0) grown.fill(fill, column.length)
  return grown
}

/** A column at least twice as long as before with the old rows kept; new rows are 0. */
export function grownUint8(column: Uint8Array, rows: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(Math.max(rows, column.length * 2))
  grown.set(column)
  return grown
}
