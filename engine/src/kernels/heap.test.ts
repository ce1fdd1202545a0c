// The heap: regions do not overlap, are reused, and hold more than one memory can.

import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.ts';
import { Heap, type Region } from './heap.ts';

const SEED = 20261122;

const end = ({ ptr, bytes }: Region) => ptr + bytes;

describe('Heap', () => {
  it(`keeps live regions apart through random allocations and frees (seed ${SEED})`, () => {
    const rng = new Rng(SEED);
    const heap = new Heap({ arenaBytes: 4 * 65536 });
    const live: { region: Region; mark: number }[] = [];
    for (let step = 0; step < 3000; step++) {
      if (live.length > 0 && rng.float() < 0.5) {
        const { region, mark } = live.splice(rng.below(live.length), 1)[0]!;
        expect(region.u8().every((byte) => byte === mark)).toBe(true);
        region.free();
        region.free(); // idempotent
        continue;
      }
      const align = 1 << rng.below(7);
      const region = heap.alloc(rng.below(9000), align);
      expect(region.ptr % align).toBe(0);
      expect(region.u8().every((byte) => byte === 0)).toBe(true);
      const mark = rng.below(255) + 1;
      region.u8().fill(mark);
      live.push({ region, mark });
    }
    for (const { region, mark } of live) expect(region.u8().every((byte) => byte === mark)).toBe(true);
    for (const { region } of live) region.free();
    expect(heap.allocatedBytes).toBe(0);
    expect(heap.residentBytes).toBeLessThanOrEqual(1 << 20);
  });

  it('gives scratch back once when it grows beside a region of its own size', () => {
    const heap = new Heap({ arenaBytes: 4 * 65536 });
    const region = heap.alloc(16384);
    region.u8().fill(7);
    expect(region.arena.scratch(100).bytes).toBe(16384);
    const scratch = region.arena.scratch(20_000);
    expect(heap.allocatedBytes).toBe(16384 + 20_000);
    const others = Array.from({ length: 4 }, () => heap.alloc(5000));
    const spans = [region, scratch, ...others].sort((a, b) => a.ptr - b.ptr);
    for (const [i, { ptr }] of spans.entries()) if (i > 0) expect(ptr).toBeGreaterThanOrEqual(end(spans[i - 1]!));
    expect(region.u8().every((byte) => byte === 7)).toBe(true);
  });

  it('opens another arena when one is full and drops it when its last region is freed', () => {
    const heap = new Heap({ arenaBytes: 65536 * 2 });
    const regions = Array.from({ length: 5 }, () => heap.alloc(heap.largestRegion));
    expect(new Set(regions.map((r) => r.arena)).size).toBe(5);
    for (const r of regions) expect(r.arena.scratch(30_000).bytes).toBeGreaterThanOrEqual(30_000); // room is kept for it
    regions[2]!.free();
    expect(heap.residentBytes).toBeLessThanOrEqual(4 * 2 * 65536);
    for (const r of regions) r.free();
    expect(heap.residentBytes).toBeLessThanOrEqual(2 * 65536);
  });

  it('reuses scratch, and scratch does not keep an empty arena alive', () => {
    const heap = new Heap();
    const region = heap.alloc(2 << 20);
    const first = region.arena.scratch(1000);
    expect(region.arena.scratch(500)).toBe(first);
    expect(region.arena.scratch(200_000).bytes).toBeGreaterThanOrEqual(200_000);
    region.free();
    expect(heap.residentBytes).toBe(0);
  });

  it('refuses a region larger than an arena, naming both', () => {
    const heap = new Heap({ arenaBytes: 65536 * 2 });
    expect(() => heap.alloc(131072)).toThrow(/131072 bytes does not fit/);
    expect(() => new Heap({ arenaBytes: 1000 })).toThrow(/arenaBytes is 1000/);
  });
});
