import { readTransformerModel, transformerEncoder, writeTransformerModel } from '@quire/engine/encoders';
import { afterAll, describe, expect, it } from 'vitest';
import { BERT, MODERN_BERT, modelFolder, readerOf } from '../../../engine/test/support/model-folder.ts';
import { messages, numbers, type ProtoMessage, readProto, texts } from '../../test/protobuf-reader.ts';
import { exportOnnx } from './export.ts';
import { accelerateFolder, hasOnnxRuntime, loadOnnxRuntime, type OnnxSession } from './runtime.ts';

const folder = accelerateFolder(process.env);
const isHere = hasOnnxRuntime(folder);
const why = isHere ? '' : ' (skipped: onnxruntime-node is not installed; npm run accelerate)';
const sessions: OnnxSession[] = [];
afterAll(() => Promise.all(sessions.map((session) => session.release())));

const read = (config: typeof BERT | typeof MODERN_BERT) =>
  readTransformerModel(readerOf(modelFolder(config)), { name: 'tiny' });
const CASES = [
  ['BERT', BERT],
  ['ModernBERT', MODERN_BERT],
] as const;

/** Operations of operator set 17 that the emitter may use. */
const KNOWN = new Set(
  'Abs Add ArgMax Cast Concat CumSum Div Equal Erf Exp Expand Flatten Gather Gemm Greater Identity LayerNormalization Less MatMul MatMulInteger Max Min Mul Or Pad Range Reciprocal ReduceL2 ReduceMax ReduceMean ReduceSum Relu Reshape Round Shape Sigmoid Sign Slice Softmax Softplus Sqrt Sub Tanh Transpose Unsqueeze'.split(
    ' ',
  ),
);

describe.each(CASES)('the model.onnx of a %s', (_name, config) => {
  it('is a whole protobuf whose nodes read only what stands before them', async () => {
    const file = readProto(exportOnnx(await read(config)));
    expect(numbers(file, 1)).toEqual([8]);
    expect(numbers(messages(file, 8)[0]!, 2)).toEqual([17]);
    const [graph] = messages(file, 7);
    const names = (field: number, name: number) => messages(graph!, field).flatMap((value) => texts(value, name));
    expect(names(11, 1).sort()).toEqual(['attention_mask', 'input_ids']);
    expect(names(12, 1)).toEqual(['last_hidden_state', 'sentence_embedding']);
    const defined = new Set([...names(11, 1), ...names(5, 8)]);
    for (const node of messages(graph!, 1)) {
      expect(KNOWN).toContain(texts(node, 4)[0]);
      for (const input of texts(node, 1)) expect(defined, input).toContain(input);
      for (const output of texts(node, 2)) {
        expect(defined.has(output), output).toBe(false);
        defined.add(output);
      }
    }
    for (const output of names(12, 1)) expect(defined).toContain(output);
  });

  it('holds every constant with as many bytes as its shape says', async () => {
    const [graph] = messages(readProto(exportOnnx(await read(config))), 7);
    const constants = messages(graph!, 5);
    expect(constants.length).toBeGreaterThan(20);
    for (const constant of constants) {
      const bytes = { 1: 4, 3: 1, 7: 8 }[numbers(constant, 2)[0]!]!;
      const elements = numbers(constant, 1).reduce((product, dim) => product * dim, 1);
      expect(rawBytes(constant), texts(constant, 8)[0]).toBe(elements * bytes);
    }
    const table = constants.find((constant) => texts(constant, 8)[0] === 'token.weight')!;
    expect(numbers(table, 1)).toEqual([40, 24]);
  });

  it('has the same bytes each time', async () => {
    const model = await read(config);
    expect(Buffer.from(exportOnnx(model)).equals(Buffer.from(exportOnnx(model)))).toBe(true);
  });

  it.skipIf(!isHere).each(['f32', 'int8'] as const)(
    `gives the vectors of our encoder in onnxruntime, padded left or right, in %s${why}`,
    async (products) => {
      const model = await read(config);
      const whole = { ...model, head: { ...model.head, projection: 10 } };
      const weights = { ...model.weights, 'projection.weight': projection };
      const stored = await readTransformerModel(
        async (path) => writeTransformerModel({ ...whole, weights }, { quantise: products === 'int8' }).get(path),
        { name: 'tiny' },
      );
      const encoder = await transformerEncoder(stored, { products });
      const { Tensor, InferenceSession } = loadOnnxRuntime(folder);
      const session = await InferenceSession.create(exportOnnx(stored), { intraOpNumThreads: 1 });
      sessions.push(session);
      const sequences = [1, 7, 30, 2].map((length) => Uint32Array.from({ length }, (_, i) => (i * i + length) % 40));
      const wanted = await encoder.encodeTokens(sequences);
      for (const isLeft of [false, true]) {
        const [ids, mask] = [new BigInt64Array(4 * 30), new BigInt64Array(4 * 30)];
        for (const [s, sequence] of sequences.entries()) {
          const from = s * 30 + (isLeft ? 30 - sequence.length : 0);
          for (const [i, id] of sequence.entries()) {
            ids[from + i] = BigInt(id);
            mask[from + i] = 1n;
          }
        }
        const found = await session.run({
          input_ids: new Tensor('int64', ids, [4, 30]),
          attention_mask: new Tensor('int64', mask, [4, 30]),
        });
        const vectors = found.sentence_embedding!.data as Float32Array;
        for (const [s, vec] of wanted.entries()) {
          for (const [d, value] of vec.entries()) {
            expect(Math.abs(vectors[s * 10 + d]! - value), `text ${s}, ${d}`).toBeLessThan(
              products === 'f32' ? 1e-5 : 2e-2,
            );
          }
        }
        expect(found.last_hidden_state!.data).toHaveLength(4 * 30 * 24);
      }
      encoder.close();
    },
  );
});

const projection = Float32Array.from({ length: 240 }, (_, i) => Math.fround(((i * 37) % 101) / 101 - 0.5));

function rawBytes(constant: ProtoMessage): number {
  const [raw] = constant.get(9) ?? [];
  return raw !== undefined && 'bytes' in raw ? raw.bytes.length : 0;
}
