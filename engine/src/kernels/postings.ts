// The postings kernels (engine/assembly/postings.ts), compiled on first use.

import { type PostingsKernels, wasm } from './generated/postings.ts';
import { compileModule, type KernelModule } from './module.ts';

export type { PostingsKernels };

let compiled: Promise<KernelModule<PostingsKernels>> | undefined;

/** Scoring and pruning over postings. Compiled once; immutable, so all callers share it. */
export function loadPostings(): Promise<KernelModule<PostingsKernels>> {
  compiled ??= compileModule<PostingsKernels>(wasm);
  return compiled;
}
