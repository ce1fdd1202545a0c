// indexes: index kinds, each a PartKind (storage/part.ts). Lexical:
export { dfPrefix, docsKey, type InvertedOptions, inverted, lengthKey } from './inverted/index.ts';
