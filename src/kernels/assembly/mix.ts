/** lowbias32, as `mix32` in lib. */
@inline
export function mix(value: u32): u32 {
  let mixed = (value ^ (value >> 16)) * 0x21f0aaad
  mixed = (mixed ^ (mixed >> 15)) * 0x735a2d97
  return mixed ^ (mixed >> 15)
}
