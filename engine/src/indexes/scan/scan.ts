// One pass of kernels over chunks that may be in several arenas. Copies query, filter and top-k heap to the scratch of
// each arena in turn. Synchronous from `new` to `take`.

import type { Arena } from '../../kernels/heap.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { Ranked } from '../../kernels/reference.ts';
import { topkBytes, topkMove, topkReset, topkTake } from '../../kernels/topk.ts';
import type { VectorsKernels } from '../../kernels/vectors.ts';

export interface ScanInput {
  readonly bytes: Uint8Array;
  /** Bytes reserved in scratch, at least bytes.length; the rest is zeroed. */
  readonly room?: number;
}

export interface ScanPlace {
  readonly arena: Arena;
  readonly kernels: VectorsKernels;
  /** Address of each input. */
  readonly at: readonly number[];
  /** Address of the heap. */
  readonly top: number;
}

export interface ScanOptions {
  /** Size of the heap, ≥ 1. */
  readonly k: number;
  /** Only ranks below this enter (kernels/topk.ts). Default all. */
  readonly limit?: number;
  readonly inputs: readonly ScanInput[];
  /** Called after the inputs were copied into an arena. */
  readonly prepare?: (place: ScanPlace) => void;
}

export class Scan {
  readonly #module: KernelModule<VectorsKernels>;
  readonly #options: ScanOptions;
  #place: ScanPlace | undefined;

  constructor(module: KernelModule<VectorsKernels>, options: ScanOptions) {
    this.#module = module;
    this.#options = options;
  }

  /** Addresses of the inputs and the heap in `arena`. */
  in(arena: Arena): ScanPlace {
    if (this.#place?.arena === arena) return this.#place;
    const { inputs, k, limit, prepare } = this.#options;
    const heapBytes = topkBytes(k);
    const rooms = inputs.map((input) => Math.ceil((input.room ?? input.bytes.length) / 64) * 64);
    const scratch = arena.scratch(rooms.reduce((sum, room) => sum + room, heapBytes));
    let ptr = scratch.ptr + heapBytes;
    const at = inputs.map((input, i) => {
      const view = new Uint8Array(arena.memory.buffer, ptr, rooms[i]!);
      view.set(input.bytes);
      view.fill(0, input.bytes.length);
      ptr += rooms[i]!;
      return ptr - rooms[i]!;
    });
    const place = { arena, kernels: arena.kernels(this.#module), at, top: scratch.ptr };
    if (this.#place === undefined) topkReset(arena, place.top, k, limit);
    else topkMove(this.#place.arena, this.#place.top, arena, place.top, k);
    prepare?.(place);
    this.#place = place;
    return place;
  }

  /** Returns the best, sorted. May be called once. */
  take(): Ranked {
    const place = this.#place;
    if (place === undefined) return { ords: new Uint32Array(0), ranks: new Uint32Array(0) };
    return topkTake(place.arena, place.kernels, place.top);
  }
}
