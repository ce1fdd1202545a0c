// text: from strings to tokens. Analyzers for lexical indexes, and what reads text beside them.

// Lexical analysis
export { ENGLISH_STOP_WORDS, english } from './english.ts';
export { porter } from './porter.ts';
export { MAX_TOKEN_LENGTH, WORD_TYPES, WordScanner, type WordType } from './words.ts';
