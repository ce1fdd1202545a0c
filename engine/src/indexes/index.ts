// indexes: index kinds, each a PartKind (storage/part.ts). Lexical:

// Dense: all vectors; sign codes rescored; sign codes in lists.
export { binary } from './binary/binary.ts';
export type { ReferenceVectors, SignCodec } from './codes/sign-codec.ts';
export type {
  BinaryOptions,
  CodedKind,
  CodesOnlyOptions,
  DenseKind,
  DenseOptions,
  RescoredOptions,
} from './dense-part/options.ts';
export { flat } from './flat/flat.ts';
export { dfPrefix, docsKey, type InvertedOptions, inverted, lengthKey } from './inverted/index.ts';
export { type IvfOptions, ivf } from './ivf/ivf.ts';
