// Bytes of workspace for operands that a kernel reads in an order of its own.

import type { Binding } from '../bind.ts';
import type { Graph } from '../graph.ts';
import type { Attention, NodeId, Op } from '../ops.ts';
import { int8CodeBytes, packedBytes } from './lower.ts';

/** The largest operand of a product as its kernel reads it: B packed, or the codes and scales of x. */
export function largestOperand(graph: Graph, binding: Binding, live: readonly NodeId[]): number {
  let most = 64;
  for (const id of live) {
    const node = graph.node(id);
    if (node.op === 'matmul-int8') {
      const { rows, cols } = graph.shape(node.x);
      const m = binding.size(rows);
      most = Math.max(most, int8CodeBytes(m, binding.size(cols)) + 4 * m);
    }
    if (node.op !== 'matmul') continue;
    const { rows, cols } = graph.shape(node.b);
    const [r, c] = [binding.size(rows), binding.size(cols)];
    most = Math.max(most, node.transposeB ? packedBytes(r, c) : packedBytes(c, r));
  }
  return most;
}

/** A packed operand of one head: keys (length × dim) or values and gradients (dim × length). */
export function headBytes(graph: Graph, binding: Binding, live: readonly NodeId[]): number {
  let most = 64;
  for (const id of live) {
    const node: Op | (Op & Attention) = graph.node(id);
    if (!('heads' in node)) continue;
    const longest = binding.longest(node.sequences);
    most = Math.max(most, packedBytes(longest, node.dim), packedBytes(node.dim, longest));
  }
  return Math.ceil(most / 64) * 64;
}
