// encoders: from text to representations. One file an architecture.

// Weights
export { readSafetensors, type Tensor, type Tensors, tensorOf, writeSafetensors } from './safetensors.ts';

// Dense
export {
  type StaticConfig,
  type StaticEncoder,
  type StaticEncoderOptions,
  type StaticModelFiles,
  staticEncoder,
} from './static.ts';
// Lexical
export { bagOfWords, type TermsEncoder, type TermsEncoderOptions, termsEncoder } from './terms.ts';
export { quantiseRows, type TokenTable, tokenTable } from './token-table.ts';
