// Comparison of byte strings, such as terms and ids in UTF-8.

/** Negative when `a` comes before `b` in byte order; a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = sharedPrefix(a, b);
  return at < a.length && at < b.length ? a[at]! - b[at]! : a.length - b.length;
}

/** Number of leading bytes that are equal in both. */
export function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  let i = 0;
  while (i < n && a[i] === b[i]) i++;
  return i;
}
