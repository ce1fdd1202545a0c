// Orthonormal columns by modified Gram-Schmidt, run twice ("twice is enough", Giraud et al. 2005).

/** Makes the rows of `a` (count, length) orthonormal, in place. A row that depends on earlier ones becomes zero. */
export function orthonormaliseRows(a: Float64Array, count: number, length: number): void {
  for (let i = 0; i < count; i++) {
    const row = i * length;
    const before = norm(a, row, length);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = j * length;
        let dot = 0;
        for (let x = 0; x < length; x++) dot += a[row + x]! * a[other + x]!;
        if (dot !== 0) for (let x = 0; x < length; x++) a[row + x]! -= dot * a[other + x]!;
      }
    }
    const after = norm(a, row, length);
    const scale = after > 1e-12 * before ? 1 / after : 0;
    for (let x = 0; x < length; x++) a[row + x]! *= scale;
  }
}

function norm(a: Float64Array, start: number, length: number): number {
  let sum = 0;
  for (let x = 0; x < length; x++) sum += a[start + x]! * a[start + x]!;
  return Math.sqrt(sum);
}
