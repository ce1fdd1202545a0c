// A bit set over documents in memory: bit ord % 32 of word ord / 32. Pointer 0 accepts every document.

// @ts-ignore: decorator
@inline
export function isAccepted(accept: usize, ord: u32): bool {
  return accept == 0 || ((load<u32>(accept + (<usize>(ord >>> 5) << 2)) >>> (ord & 31)) & 1) != 0;
}
