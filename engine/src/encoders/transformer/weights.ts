// The tensors of a model folder: one safetensors file, or the shards that an index file names.

import { EngineError } from '../../core/errors.ts';
import { readSafetensors, type Tensor, type Tensors } from '../safetensors.ts';
import { badFile, Members, type ReadModelFile, readJson, readNeeded } from './model-files.ts';

const FILE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** Throws NOT_FOUND naming a file or shard that is missing, CORRUPT for damaged ones. */
export async function readTensors(read: ReadModelFile, wanted: (name: string) => boolean): Promise<Tensors> {
  const index = await readJson(read, INDEX);
  if (index === undefined) return readSafetensors(await readNeeded(read, FILE), { wanted });
  const map = new Members(INDEX, index).get('weight_map');
  if (typeof map !== 'object' || map === null) throw badFile(INDEX, 'weight_map is missing');
  const tensors = new Map<string, Tensor>();
  for (const file of [...new Set(Object.values(map))].sort()) {
    if (typeof file !== 'string' || !/^[\w.-]+\.safetensors$/.test(file)) {
      throw badFile(INDEX, `${JSON.stringify(file)} is not the name of a shard`);
    }
    for (const [name, tensor] of readSafetensors(await readNeeded(read, file), { wanted })) tensors.set(name, tensor);
  }
  return tensors;
}

/** Reads tensors by name, below whatever prefix the file has for the whole model ("bert.", "model."). */
export class NamedTensors {
  readonly #tensors: Tensors;
  readonly #prefix: string;

  /** `known`: a tensor that every such model has. */
  constructor(tensors: Tensors, known: string) {
    this.#tensors = tensors;
    const found = [...tensors.keys()].find((name) => name === known || name.endsWith(`.${known}`));
    if (found === undefined) {
      throw new EngineError('CORRUPT', `The weights have no tensor ${known}`, {
        hint: 'The weights belong to another architecture than config.json, or are incomplete.',
      });
    }
    this.#prefix = found.slice(0, found.length - known.length);
  }

  has(name: string): boolean {
    return this.#tensors.has(this.#prefix + name);
  }

  /** The numbers of a tensor of that shape. Throws CORRUPT for a missing one, another shape, or a number that is not finite. */
  values(name: string, shape: readonly number[]): Float32Array {
    const tensor = this.#tensors.get(this.#prefix + name);
    if (tensor?.dtype !== 'F32' || tensor.shape.join() !== shape.join()) {
      const found = tensor === undefined ? 'missing' : `${tensor.dtype} [${tensor.shape}]`;
      throw new EngineError('CORRUPT', `Tensor ${this.#prefix}${name} is ${found}; [${shape}] is expected`);
    }
    const bad = tensor.values.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return tensor.values;
    throw new EngineError('CORRUPT', `Tensor ${this.#prefix}${name} holds ${tensor.values[bad]} at element ${bad}`);
  }
}
