// internals: what trainers, tests, threads of the app and index kinds outside the engine share with it. Not part of the public API: a name may
// change or go in any version.

// Sets of Ords, as they come with the scope of a search
export { BitSet } from '../core/bitset.ts';
// Sections of bytes as typed arrays
export { asFloat32, asUint32, bytesOf } from '../core/bytes.ts';
export { crc32c } from '../core/crc32c.ts';
export { editDistance } from '../core/edit-distance.ts';
export { sha256Hex } from '../core/hash.ts';
// The same bits in every runtime
export { exp, ln } from '../core/math.ts';
// Requests to other threads
export { Replies } from '../core/replies.ts';
export { Rng } from '../core/rng.ts';
export { TopK } from '../core/topk.ts';
export { nextTurn } from '../core/turn.ts';
export { encodeUtf8 } from '../core/utf8.ts';
