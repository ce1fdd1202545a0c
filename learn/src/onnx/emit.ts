// A graph as the bytes of an ONNX file. One table gives the nodes of every operation: a missing one does not compile. Forward and backward
// graphs are emitted alike, because gradients are operations, too.

import { type Graph, liveNodes, type NodeId, type Op, type OpTable, operandsOf } from '@quire/engine/network';
import { Emission, type Form, type Stored, type Tables } from './emission.ts';
import { ELEMENTS } from './emit-elements.ts';
import { SEQUENCES } from './emit-sequences.ts';
import { type OnnxDim, OnnxFile } from './model-file.ts';

/** A value of the graph that the file gives. */
export interface EmitOutput {
  readonly node: NodeId;
  readonly name: string;
  /** (rows, cols), or (sequences, longest, cols) of the sequences of that name. */
  readonly as: 'rows' | { readonly padded: string };
  readonly dims: readonly OnnxDim[];
}

export interface EmitOptions {
  readonly name: string;
  readonly outputs: readonly EmitOutput[];
  readonly tables: (file: OnnxFile) => Tables;
  /** Values that the file holds. Other parameters are inputs. */
  readonly stored?: Partial<Stored>;
  /** Key and value pairs for readers of the file. */
  readonly facts?: Readonly<Record<string, string>>;
}

const EMIT: OpTable<[Emission], Form> = { ...ELEMENTS, ...SEQUENCES };

/** The file, and the names of its inputs. */
export function emitOnnx(
  graph: Graph,
  { name, outputs, tables, stored, facts }: EmitOptions,
): { readonly bytes: Uint8Array; readonly inputs: readonly string[] } {
  const file = new OnnxFile();
  const emission = new Emission(graph, file, tables(file), { weights: {}, codes: {}, ...stored });
  const wanted = outputs.map(({ node }) => node);
  for (const id of liveNodes(graph, wanted, operandsOf)) {
    const node = graph.node(id);
    // The member of the table for a node takes this very node.
    emission.set(id, (EMIT[node.op] as (node: Op, emission: Emission) => Form)(node, emission));
  }
  for (const { node, name: output, as, dims } of outputs) {
    const value = as === 'rows' ? emission.rows(node) : emission.padded(node, as.padded);
    file.output(value, output, 'float', dims);
  }
  return { bytes: file.finish(name, facts), inputs: file.inputs };
}
