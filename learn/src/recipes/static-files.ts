// The files of a static model whose table was trained by distillation: a text is the mean of its tokens' rows, each with the weight that its
// length in the table gives it.

import type { StaticConfig, Tensor } from '@quire/engine/encoders';
import { quantiseRows, writeSafetensors } from '@quire/engine/encoders';
import { encodeUtf8 } from '@quire/engine/internals';

/** Tokens that are read of a text. A mean has no order, so it may be longer than what the table learnt. */
const MAX_TOKENS = 512;

/** `table` is (vocabulary, dim). */
export function distilledStaticFiles(
  name: string,
  { table, dim, tokenizer }: { readonly table: Float32Array; readonly dim: number; readonly tokenizer: string },
): ReadonlyMap<string, Uint8Array> {
  const config: StaticConfig = { type: 'static', version: 1, name, dim, maxTokens: MAX_TOKENS, counts: 'linear' };
  const rows = quantiseRows(table, dim);
  const tensors = new Map<string, Tensor>([
    ['table', rows.table],
    ['scales', rows.scales],
    ['weights', { dtype: 'F32', shape: [table.length / dim], values: new Float32Array(table.length / dim).fill(1) }],
  ]);
  return new Map([
    ['config.json', encodeUtf8(`${JSON.stringify(config, null, 2)}\n`)],
    ['tokenizer.json', encodeUtf8(tokenizer)],
    ['weights.safetensors', writeSafetensors(tensors)],
  ]);
}
