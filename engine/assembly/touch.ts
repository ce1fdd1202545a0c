// Scattered rows, scored in groups: before a group is scored, one byte of each of its cache lines is read. Those reads
// wait for memory together; scoring row after row waits for each row: half to two thirds less time (docs/kernels.md).

import { BEGIN } from './topk';

/** Bytes of a group: a quarter of a first-level cache. */
const GROUP_BYTES: u32 = 8192;
const LINE: usize = 64;

/** Rows of a group, at least one. */
// @ts-ignore: decorator
@inline
export function groupOf(rowBytes: u32): u32 {
  return max<u32>(1, GROUP_BYTES / rowBytes);
}

/**
 * Loads `n` rows wanted[i] into the cache. The bytes read are stored in the working room of the heap `top`, so that the
 * compiler keeps the reads.
 */
export function touch(rows: usize, rowBytes: u32, wanted: usize, n: u32, top: usize): void {
  let read: u32 = 0;
  for (const end = wanted + (<usize>n << 2); wanted < end; wanted += 4) {
    let at = rows + <usize>load<u32>(wanted) * <usize>rowBytes;
    for (const last = at + <usize>rowBytes; at < last; at += LINE) read ^= load<u8>(at);
  }
  store<u32>(top, read, BEGIN);
}
