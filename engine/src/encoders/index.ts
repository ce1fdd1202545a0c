// encoders: from text to representations. One file an architecture.

// Lexical
export { bagOfWords, type TermsEncoder, type TermsEncoderOptions, termsEncoder } from './terms.ts';
