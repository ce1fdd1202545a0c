// indexes: index kinds, each a PartKind (storage/part.ts). Lexical:
export { type InvertedOptions, inverted } from './inverted/index.ts';
