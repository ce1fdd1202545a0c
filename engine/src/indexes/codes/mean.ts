// The mean of the vectors of a segment. Sign codes are centred by it.

import { asFloat32, bytesOf } from '../../core/bytes.ts';
import type { SectionReader, SectionWriter } from '../../storage/part.ts';
import { writeSection } from '../../storage/write-section.ts';
import { checkSize } from '../rows/head.ts';
import { type RowStream, writeRows } from '../rows/row-stream.ts';

/** The sections of flat, then `mean`; returns the mean of the stored vectors. */
export async function writeRowsAndMean(rows: RowStream, out: SectionWriter): Promise<Float32Array> {
  const sums = new Mean(rows.head.dim);
  await writeRows(rows, out, ({ vec }) => sums.add(vec));
  const mean = sums.value();
  await writeSection(out, 'mean', bytesOf(mean));
  return mean;
}

export async function readMean(sections: SectionReader, dim: number): Promise<Float32Array> {
  checkSize(sections, 'mean', 4 * dim);
  return asFloat32((await sections.readAll('mean')).slice());
}

/** Component-wise mean of the visited rows, summed in f64 in their order, rounded to f32. Zero without rows. */
class Mean {
  readonly #sums: Float64Array;
  #count = 0;

  constructor(dim: number) {
    this.#sums = new Float64Array(dim);
  }
  add(vec: Float32Array): void {
    const sums = this.#sums;
    for (let j = 0; j < sums.length; j++) sums[j]! += vec[j]!;
    this.#count++;
  }
  value(): Float32Array {
    return Float32Array.from(this.#sums, (sum) => (this.#count === 0 ? 0 : sum / this.#count));
  }
}
