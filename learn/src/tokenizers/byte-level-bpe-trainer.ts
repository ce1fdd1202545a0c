// Learns byte-level BPE (Radford et al., 2019) from texts, with the merges of the reference trainer (HuggingFace tokenizers): of all neighbours in all
// words the most frequent pair is joined, ties go to the pair of smaller ids. Every byte is a piece, so no text has an unknown one.

import { type Cancellable, compareUtf8, EngineError, throwIfAborted } from '@quire/engine/core';
import { byteAlphabet, byteLevelWords } from '@quire/engine/text';
import { PairTable } from './pair-table.ts';

export interface ByteLevelBpeOptions extends Cancellable {
  /** Pieces in the vocabulary, special tokens included. At least the special tokens and 256. */
  readonly size: number;
  /** The first pieces. Default: <s>, <pad>, </s>, <unk>, <mask>. */
  readonly special?: readonly string[];
  /** A pair is merged only when it occurs this often. Default 2. */
  readonly minPairCount?: number;
}

export interface ByteLevelBpe {
  readonly special: readonly string[];
  /** Pieces in id order: special tokens, bytes, then pieces in the order in which they were learnt. */
  readonly vocabulary: readonly string[];
  readonly merges: readonly (readonly [left: string, right: string])[];
}

const SPECIAL = ['<s>', '<pad>', '</s>', '<unk>', '<mask>'];

/** Throws INVALID_ARGUMENT when `size` leaves no room for the bytes. The result does not depend on the order of the texts. */
export function trainByteLevelBpe(texts: Iterable<string>, options: ByteLevelBpeOptions): ByteLevelBpe {
  const { size, special = SPECIAL, minPairCount = 2, signal, trace } = options;
  const bytes = byteAlphabet();
  if (size < special.length + bytes.length) {
    throw new EngineError(
      'INVALID_ARGUMENT',
      `A vocabulary of ${size} pieces has no room for ${special.length} special tokens and ${bytes.length} bytes`,
      { hint: `Raise size to at least ${special.length + bytes.length}.` },
    );
  }
  const vocabulary = [...special, ...bytes];
  const ids = new Map(vocabulary.map((piece, id) => [piece, id]));
  const words = [...countByteWords(texts)].sort((a, b) => compareUtf8(a[0], b[0]));
  const table = new PairTable(
    words.map(([word, count]) => ({ pieces: Array.from(word, (byte) => ids.get(byte)!), count })), // every byte has an id
  );
  const merges: (readonly [string, string])[] = [];
  while (vocabulary.length < size) {
    if (merges.length % 1000 === 0) {
      throwIfAborted(signal);
      trace?.({ name: 'train.vocabulary', done: vocabulary.length, total: size });
    }
    const best = table.takeBest(minPairCount);
    if (best === undefined) break;
    const [left, right] = [vocabulary[best.left]!, vocabulary[best.right]!];
    let id = ids.get(left + right);
    if (id === undefined) {
      id = vocabulary.push(left + right) - 1;
      ids.set(left + right, id);
    }
    merges.push([left, right]);
    table.join(best.left, best.right, id);
  }
  return { special, vocabulary, merges };
}

function countByteWords(texts: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of byteLevelWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** The text of tokenizer.json. */
export function byteLevelBpeJson({ special, vocabulary, merges }: ByteLevelBpe): string {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return `${JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({ id, content, ...flags })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])),
      merges,
    },
  })}\n`;
}
