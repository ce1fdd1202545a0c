// Memory for kernels: a heap of arenas (one growing, unshared WebAssembly.Memory each), divided into regions. It is not
// garbage-collected: the allocator of a region frees it. Reasons: docs/adr/0012-memory-model.md.

import { EngineError } from '../core/errors.ts';
import type { KernelModule } from './module.ts';
import { hasSharedMemory } from './probe.ts';

const PAGE = 65536; // bytes
/** Addresses below this are never allocated, so that pointer 0 can mean "absent". */
const FIRST = 1024;
const DEFAULT_ARENA_BYTES = 1 << 30;
/** An empty heap keeps one memory up to this size for the next region. */
const KEPT_BYTES = 1 << 20;
/** Regions leave this much of an arena (at most a quarter of it) for scratch: accept bits, queries, top-k heaps. */
const SCRATCH_RESERVE = 32 << 20;

export interface HeapOptions {
  /** The maximum size of one memory, a multiple of 64 KiB, at most 4 GiB − 64 KiB. Default 1 GiB. */
  readonly arenaBytes?: number;
  /**
   * Memories that a worker pool can use (kernels/pool.ts). Throws UNSUPPORTED without SharedArrayBuffer. Default false.
   */
  readonly shared?: boolean;
}

/**
 * A range of an arena, owned by the caller until `free()`. Views are created at each call and are valid only until the
 * next allocation: growing a memory detaches them.
 */
export class Region {
  readonly arena: Arena;
  /** Byte address within the arena's memory. */
  readonly ptr: number;
  readonly bytes: number;
  #free: (() => void) | undefined;

  constructor(arena: Arena, ptr: number, bytes: number, free: () => void) {
    this.arena = arena;
    this.ptr = ptr;
    this.bytes = bytes;
    this.#free = free;
  }

  u8(): Uint8Array {
    return new Uint8Array(this.arena.memory.buffer, this.ptr, this.bytes);
  }
  i8(): Int8Array {
    return new Int8Array(this.arena.memory.buffer, this.ptr, this.bytes);
  }
  u32(): Uint32Array {
    return new Uint32Array(this.arena.memory.buffer, this.ptr, this.bytes >>> 2);
  }
  i32(): Int32Array {
    return new Int32Array(this.arena.memory.buffer, this.ptr, this.bytes >>> 2);
  }
  f32(): Float32Array {
    return new Float32Array(this.arena.memory.buffer, this.ptr, this.bytes >>> 2);
  }
  f64(): Float64Array {
    return new Float64Array(this.arena.memory.buffer, this.ptr, this.bytes >>> 3);
  }

  /** Frees the memory. Idempotent; the region must not be used afterwards. */
  free(): void {
    const free = this.#free;
    this.#free = undefined; // first: freeing may call this method again
    free?.();
  }
}

/** One memory, the kernels instantiated over it and one scratch region for the call in progress. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly #instances = new Map<KernelModule, unknown>();
  readonly #allocate: (bytes: number) => Region | undefined;
  #scratch: Region | undefined;

  constructor(memory: WebAssembly.Memory, allocate: (bytes: number) => Region | undefined) {
    this.memory = memory;
    this.#allocate = allocate;
  }

  /** The module's kernels over this memory. */
  kernels<E>(module: KernelModule<E>): E {
    let found = this.#instances.get(module) as E | undefined;
    if (found === undefined) {
      const instance = new WebAssembly.Instance(this.moduleOf(module), { env: { memory: this.memory } });
      found = instance.exports as E; // the generated interface describes this module
      this.#instances.set(module, found);
    }
    return found;
  }

  /** The compiled form of a module that fits this memory. */
  moduleOf(module: KernelModule): WebAssembly.Module {
    const fitting = this.isShared ? module.shared : module.compiled;
    if (fitting !== undefined) return fitting;
    throw new EngineError('UNSUPPORTED', `The kernels '${module.name}' were not compiled for shared memory`);
  }

  get isShared(): boolean {
    return !(this.memory.buffer instanceof ArrayBuffer);
  }

  /**
   * A region in this arena, beside scratch; the caller frees it. For asynchronous work such as that of a worker pool.
   */
  temporary(bytes: number): Region {
    const region = this.#allocate(bytes);
    if (region === undefined) throw noMemory(bytes, 'in this arena');
    return region;
  }

  /**
   * A region of at least `bytes` for the current call. The next call of `scratch` on this arena may reuse or move it,
   * so its content does not survive an `await`.
   */
  scratch(bytes: number): Region {
    if (this.#scratch === undefined || this.#scratch.bytes < bytes) {
      this.releaseScratch();
      this.#scratch = this.#allocate(Math.max(bytes, 16384));
      if (this.#scratch === undefined) throw noMemory(bytes, 'in this arena');
    }
    return this.#scratch;
  }

  /** Bytes held by scratch. */
  get scratchBytes(): number {
    return this.#scratch?.bytes ?? 0;
  }
  releaseScratch(): void {
    const scratch = this.#scratch;
    this.#scratch = undefined;
    scratch?.free();
  }
}

export class Heap {
  readonly isShared: boolean;
  readonly #arenaBytes: number;
  #arenas: ArenaSpace[] = [];

  constructor(options: HeapOptions = {}) {
    const bytes = options.arenaBytes ?? DEFAULT_ARENA_BYTES;
    if (!Number.isInteger(bytes) || bytes % PAGE !== 0 || bytes < PAGE || bytes > 65535 * PAGE) {
      throw new EngineError('INVALID_ARGUMENT', `arenaBytes is ${bytes}`, {
        hint: 'Pass a multiple of 65536 between 65536 and 4294901760.',
      });
    }
    this.#arenaBytes = bytes;
    this.isShared = options.shared ?? false;
    if (this.isShared && !hasSharedMemory()) {
      throw new EngineError('UNSUPPORTED', 'There is no shared memory here', {
        hint: 'Serve the page with cross-origin isolation (COOP and COEP headers), or leave shared out.',
      });
    }
  }

  /** The largest possible region, in bytes. Rows beyond it go to another region. */
  get largestRegion(): number {
    return this.#arenaBytes - FIRST - reserveOf(this.#arenaBytes);
  }

  /** Bytes of all memories, used or not. */
  get residentBytes(): number {
    return this.#arenas.reduce((sum, space) => sum + space.arena.memory.buffer.byteLength, 0);
  }

  /** Bytes of all live regions. */
  get allocatedBytes(): number {
    return this.#arenas.reduce((sum, space) => sum + space.allocated, 0);
  }

  /** A zeroed region. `align` is a power of two (default 16). Throws UNSUPPORTED when no memory is left. */
  alloc(bytes: number, align = 16): Region {
    if (!Number.isInteger(bytes) || bytes < 0 || bytes > this.largestRegion) {
      throw new EngineError('INVALID_ARGUMENT', `A region of ${bytes} bytes does not fit in an arena`, {
        hint: `Ask for 0 to ${this.largestRegion} bytes; cut larger data into several regions.`,
      });
    }
    for (const space of this.#arenas) {
      const region = space.alloc(bytes, align);
      if (region !== undefined) return region;
    }
    const space = new ArenaSpace(this.#arenaBytes, this.isShared, (empty) => {
      // A small last memory stays: creating a memory costs more than keeping a few pages.
      if (this.#arenas.length === 1 && empty.arena.memory.buffer.byteLength <= KEPT_BYTES) return;
      this.#arenas = this.#arenas.filter((other) => other !== empty);
    });
    const region = space.alloc(bytes, align);
    if (region === undefined) throw noMemory(bytes, `in addition to ${this.residentBytes} bytes`);
    this.#arenas.push(space);
    return region;
  }
}

/** The free ranges of one arena: sorted by address, first fit, neighbours joined. */
class ArenaSpace {
  readonly arena: Arena;
  readonly #limit: number;
  readonly #onEmpty: (space: ArenaSpace) => void;
  #holes: { at: number; end: number }[];
  allocated = 0;

  constructor(limit: number, shared: boolean, onEmpty: (space: ArenaSpace) => void) {
    this.#limit = limit;
    this.#onEmpty = onEmpty;
    const memory = new WebAssembly.Memory({ initial: 1, maximum: limit / PAGE, shared });
    this.arena = new Arena(memory, (bytes) => this.alloc(bytes, 16, limit));
    this.#holes = [{ at: FIRST, end: limit }]; // includes the range past the memory's present size: the memory grows
  }

  alloc(bytes: number, align: number, end = this.#limit - reserveOf(this.#limit)): Region | undefined {
    const size = Math.max(bytes, 1);
    for (let i = 0; i < this.#holes.length; i++) {
      const hole = this.#holes[i]!;
      const ptr = Math.ceil(hole.at / align) * align;
      if (ptr + size > Math.min(hole.end, end)) continue;
      if (!this.#reach(ptr + size)) return undefined;
      const rest = [
        { at: hole.at, end: ptr },
        { at: ptr + size, end: hole.end },
      ].filter((h) => h.end > h.at);
      this.#holes.splice(i, 1, ...rest);
      this.allocated += size;
      new Uint8Array(this.arena.memory.buffer, ptr, size).fill(0);
      return new Region(this.arena, ptr, bytes, () => this.#release(ptr, size));
    }
    return undefined;
  }

  /** Grows the memory until it holds `end` bytes; false when the platform refuses. */
  #reach(end: number): boolean {
    const memory = this.arena.memory;
    const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
    if (missing <= 0) return true;
    // By an eighth more, so that many small regions do not detach all views each time.
    const generous = Math.min(
      missing + ((memory.buffer.byteLength / PAGE) >>> 3),
      (this.#limit - memory.buffer.byteLength) / PAGE,
    );
    for (const pages of [generous, missing]) {
      try {
        memory.grow(pages);
        return true;
      } catch {
        // The next smaller size is tried; if none is left, the caller gets an error.
      }
    }
    return false;
  }

  #release(ptr: number, size: number): void {
    this.allocated -= size;
    const i = this.#holes.findIndex((hole) => hole.at > ptr);
    const at = i < 0 ? this.#holes.length : i;
    const previous = this.#holes[at - 1];
    const next = this.#holes[at];
    const merged = { at: ptr, end: ptr + size };
    if (previous?.end === merged.at) merged.at = previous.at;
    if (next?.at === merged.end) merged.end = next.end;
    const first = previous !== undefined && merged.at === previous.at ? at - 1 : at;
    const last = next !== undefined && merged.end === next.end ? at + 1 : at;
    this.#holes.splice(first, last - first, merged);
    if (this.allocated > 0 && this.allocated === this.arena.scratchBytes) this.arena.releaseScratch();
    else if (this.allocated === 0) this.#onEmpty(this);
  }
}

function reserveOf(arenaBytes: number): number {
  return Math.min(SCRATCH_RESERVE, arenaBytes / 4);
}

function noMemory(bytes: number, where: string): EngineError {
  return new EngineError('UNSUPPORTED', `The platform refused ${bytes} bytes of WebAssembly memory ${where}`, {
    hint: 'Close libraries that are no longer used, or keep rescoring vectors on disk (resident: false).',
  });
}

let shared: Heap | undefined;

/** The default heap of parts: one for the whole program, so that small parts share a memory. */
export function defaultHeap(): Heap {
  shared ??= new Heap();
  return shared;
}
