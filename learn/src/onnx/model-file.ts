// An ONNX file under construction (onnx.proto of the ONNX project; operator set 17, IR version 8): nodes in order, constants, inputs and
// outputs. It checks no types: what the nodes mean is in emit*.ts, and tests run the files.

import { ProtoWriter } from './protobuf.ts';

/** Numbers of TensorProto.DataType. */
const TYPES = { float: 1, int8: 3, int64: 7, bool: 9 } as const;
export type OnnxType = keyof typeof TYPES;

/** A size, or the name of one that each run brings. */
export type OnnxDim = number | string;

export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] };
export type Attributes = Readonly<Record<string, Attribute>>;

const IR_VERSION = 8;
const OPERATOR_SET = 17;
/** Numbers of AttributeProto.AttributeType. */
const FLOAT = 1;
const INT = 2;
const TEXT = 3;
const INTS = 7;

interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Attributes;
}

interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly OnnxDim[];
}

export type OnnxValues = Float32Array | Int8Array | BigInt64Array;

interface OnnxConstant extends OnnxValue {
  readonly dims: readonly number[];
  readonly values: OnnxValues;
}

export class OnnxFile {
  readonly #nodes: OnnxNode[] = [];
  readonly #inputs = new Map<string, OnnxValue>();
  readonly #outputs: OnnxValue[] = [];
  readonly #constants = new Map<string, OnnxConstant>();

  /** The names of the inputs that were asked for. */
  get inputs(): readonly string[] {
    return [...this.#inputs.keys()];
  }

  /** Adds a node with one output and gives the name of that output. */
  node(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = `${type.toLowerCase()}-${this.#nodes.length}`;
    this.#nodes.push({ type, inputs, output, attributes });
    return output;
  }

  /** An input; asking again gives the same one. */
  input(name: string, type: OnnxType, dims: readonly OnnxDim[]): string {
    if (!this.#inputs.has(name)) this.#inputs.set(name, { name, type, dims });
    return name;
  }

  /** Values that the file holds, by name. */
  constant(name: string, values: OnnxValues, dims: readonly number[]): string {
    if (!this.#constants.has(name)) this.#constants.set(name, { name, type: typeOf(values), dims, values });
    return name;
  }
  /** A number (1). */
  number(value: number): string {
    return this.constant(`number ${value}`, Float32Array.of(value), [1]);
  }
  /** Whole numbers (count). */
  integers(values: readonly number[]): string {
    return this.constant(`integers ${values}`, BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** Makes a value an output of that name. */
  output(value: string, name: string, type: OnnxType, dims: readonly OnnxDim[]): void {
    this.#nodes.push({ type: 'Identity', inputs: [value], output: name, attributes: {} });
    this.#outputs.push({ name, type, dims });
  }

  finish(graphName: string, facts: Readonly<Record<string, string>> = {}): Uint8Array {
    const writer = new ProtoWriter();
    writer.int(1, IR_VERSION).text(2, 'quire');
    writer.message(7, (graph) => this.#writeGraph(graph, graphName));
    writer.message(8, (set) => set.text(1, '').int(2, OPERATOR_SET));
    for (const [key, value] of Object.entries(facts)) writer.message(14, (entry) => entry.text(1, key).text(2, value));
    return writer.finish();
  }

  #writeGraph(graph: ProtoWriter, name: string): void {
    for (const [i, node] of this.#nodes.entries()) graph.message(1, (writer) => writeNode(writer, node, i));
    graph.text(2, name);
    for (const constant of this.#constants.values()) graph.message(5, (writer) => writeConstant(writer, constant));
    for (const input of this.#inputs.values()) graph.message(11, (writer) => writeValue(writer, input));
    for (const output of this.#outputs) graph.message(12, (writer) => writeValue(writer, output));
  }
}

function typeOf(values: OnnxValues): OnnxType {
  if (values instanceof Float32Array) return 'float';
  return values instanceof Int8Array ? 'int8' : 'int64';
}

function writeNode(writer: ProtoWriter, { type, inputs, output, attributes }: OnnxNode, number: number): void {
  for (const input of inputs) writer.text(1, input);
  writer.text(2, output).text(3, `${type}-${number}`).text(4, type);
  for (const [name, attribute] of Object.entries(attributes)) {
    writer.message(5, (message) => {
      message.text(1, name);
      if ('float' in attribute) message.float(2, attribute.float).int(20, FLOAT);
      else if ('int' in attribute) message.int(3, attribute.int).int(20, INT);
      else if ('text' in attribute) message.text(4, attribute.text).int(20, TEXT);
      else {
        for (const value of attribute.ints) message.int(8, value);
        message.int(20, INTS);
      }
    });
  }
}

function writeConstant(writer: ProtoWriter, { name, type, dims, values }: OnnxConstant): void {
  for (const dim of dims) writer.int(1, dim);
  writer.int(2, TYPES[type]).text(8, name);
  writer.bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)); // little-endian, as typed arrays are
}

function writeValue(writer: ProtoWriter, { name, type, dims }: OnnxValue): void {
  writer.text(1, name).message(2, (message) =>
    message.message(1, (tensor) => {
      tensor.int(1, TYPES[type]).message(2, (shape) => {
        for (const dim of dims)
          shape.message(1, (entry) => (typeof dim === 'number' ? entry.int(1, dim) : entry.text(2, dim)));
      });
    }),
  );
}
