/** A column in a module's memory: where it begins, and a view of it that stays right when the memory grows. */
export interface KernelColumn<View> {
  readonly at: number
  readonly view: View
}

interface ViewOf<View> {
  new (buffer: ArrayBufferLike, at: number, count: number): View
  readonly BYTES_PER_ELEMENT: number
}

/** Makes columns of zeros in the memory of an instance of the kernels. */
export type TakeColumn = <View extends ArrayBufferView>(type: ViewOf<View>, count: number) => KernelColumn<View>

export function createTakeColumn(memory: WebAssembly.Memory, take: (bytes: bigint) => number): TakeColumn {
  return (type, count) => {
    const at = take(BigInt(count * type.BYTES_PER_ELEMENT)) >>> 0
    let view = new type(memory.buffer, at, count)
    return {
      at,
      get view() {
        if (view.buffer !== memory.buffer) view = new type(memory.buffer, at, count)
        return view
      },
    }
  }
}

/** A column that holds what another one holds. */
export function copyColumn<View extends ArrayBufferView & { length: number; set(from: View): void }>(
  take: TakeColumn,
  type: ViewOf<View>,
  from: View,
): KernelColumn<View> {
  const column = take(type, from.length)
  column.view.set(from)
  return column
}
