// Counts words, as split by BERT's normaliser and pre-tokeniser. A vocabulary is learnt from these counts.

import { BertText } from '@quire/engine/text';

/** Words longer than this become [UNK] in WordPiece and are not counted. */
const MAX_WORD_LENGTH = 100;

export function countWords(texts: Iterable<string>): ReadonlyMap<string, number> {
  const bert = new BertText();
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of bert.split(bert.normalize(text))) {
      if (word.length <= MAX_WORD_LENGTH) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}
