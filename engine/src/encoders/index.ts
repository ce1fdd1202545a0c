// encoders: from text to representations. One file per architecture.

// Documents as text
export { joinedFields, orderedFields } from './document-text.ts';
// Calls of encoders, checked
export { encodeDocuments, encodeQueries } from './encode.ts';

// Lexical

export { bagOfWords, type TermsEncoder, type TermsEncoderOptions, termsEncoder } from './terms.ts';

// Dense

export {
  type StaticConfig,
  type StaticEncoder,
  type StaticEncoderOptions,
  type StaticModelFiles,
  staticEncoder,
} from './static.ts';

// Weights

export { readSafetensors, type Tensor, type Tensors, tensorOf, writeSafetensors } from './safetensors.ts';
export { quantiseRows, type TokenTable, tokenTable } from './token-table.ts';

// Contextual
export {
  type ModelFolderOptions,
  readTransformerModel,
} from './transformer/model.ts';
export type { ReadModelFile } from './transformer/model-files.ts';
export { ModelNetwork, type Products } from './transformer/products.ts';
export { type QuireConfig, type WriteModelOptions, writeTransformerModel } from './transformer/quire-model.ts';
export {
  type TransformerEncoder,
  type TransformerEncoderOptions,
  transformerEncoder,
} from './transformer/transformer.ts';
export type { TransformerModel } from './transformer/transformer-model.ts';
