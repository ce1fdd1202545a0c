// text: from strings to tokens. Analyzers for lexical indexes, the tokenizer of models, sentences and highlights.

// Lexical analysis
export { ANALYZER_NAMES, analyzers } from './analyzers.ts';
// Word pieces
export { type BertOptions, BertText } from './bert.ts';
export { ENGLISH_STOP_WORDS, english } from './english.ts';
// Sentences and highlights
export { type Highlight, type HighlightOptions, highlight, PASSAGE_LENGTH } from './highlight.ts';
export { porter } from './porter.ts';
export { sentences, type TextRange } from './sentences.ts';
// Tokenizers of models
export { byteAlphabet, byteLevelWords } from './tokenizers/byte-level-words.ts';
export type { EncodeOptions, Encoding, Tokenizer } from './tokenizers/encoding.ts';
export { tokenizer } from './tokenizers/tokenizer.ts';
export { type UnicodeOptions, unicode } from './unicode.ts';
export { type WordPiece, wordPiece } from './wordpiece.ts';
export { MAX_TOKEN_LENGTH, WORD_TYPES, WordScanner, type WordType } from './words.ts';
