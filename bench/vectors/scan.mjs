// Compares the exact binary scan with the speed of memory: scanHamming and readAll over the same buffer, interleaved, on
// one thread and on two (each thread has half of the codes in its own memory).

import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Rng } from '../../engine/dist/core/rng.js';
import { Heap } from '../../engine/dist/kernels/heap.js';
import { topkBytes, topkReset, topkTake } from '../../engine/dist/kernels/topk.js';
import { loadVectors } from '../../engine/dist/kernels/vectors.js';

const CODES = 1_048_576;
const CODE_BYTES = 32;
const ROUNDS = 60;
const K = 10;

/** For one and two threads: [best, median] milliseconds of scan and sum, and the median of the rounds' ratios. */
export async function scanAgainstSum() {
  const results = [];
  for (const threads of [1, 2]) {
    const workers = [];
    for (let t = 0; t < threads; t++) {
      workers.push(new Worker(fileURLToPath(import.meta.url), { workerData: { codes: CODES / threads, seed: 1 + t } }));
    }
    const turn = async (what) => {
      const from = performance.now();
      await Promise.all(
        workers.map(
          (worker) =>
            new Promise((resolve) => {
              worker.once('message', resolve);
              worker.postMessage(what);
            }),
        ),
      );
      return performance.now() - from;
    };
    const scan = [];
    const sum = [];
    for (let r = 0; r < ROUNDS + 10; r++) {
      const times = [await turn('scan'), await turn('sum')];
      if (r < 10) continue;
      scan.push(times[0]);
      sum.push(times[1]);
    }
    const ratio = median(scan.map((ms, i) => sum[i] / ms));
    results.push({ threads, scan: [Math.min(...scan), median(scan)], sum: [Math.min(...sum), median(sum)], ratio });
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

if (!isMainThread && workerData?.codes) {
  const { codes, seed } = workerData;
  const heap = new Heap();
  const region = heap.alloc(codes * CODE_BYTES, 64);
  const input = heap.alloc(CODE_BYTES + topkBytes(K), 64);
  const rng = new Rng(seed);
  region.u32().forEach((_, i, words) => {
    words[i] = rng.uint32();
  });
  input.u32().fill(0x12345678, 0, 8);
  const top = input.ptr + CODE_BYTES;
  const kernels = region.arena.kernels(await loadVectors('simd'));
  const scan = () => {
    topkReset(region.arena, top, K);
    kernels.scanHamming(region.ptr, codes, 4, input.ptr, 0, 0, 0, top);
    topkTake(region.arena, kernels, top);
  };
  for (let i = 0; i < 20; i++) scan();
  parentPort.on('message', (what) => {
    if (what === 'scan') scan();
    else kernels.readAll(region.ptr, codes * CODE_BYTES);
    parentPort.postMessage('done');
  });
}
