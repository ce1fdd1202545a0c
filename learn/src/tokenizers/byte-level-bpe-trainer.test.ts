import { tokenizer } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import { byteLevelBpeJson, trainByteLevelBpe } from './byte-level-bpe-trainer.ts';

const TEXTS = [
  "the index of the engine, the index of the page; an indexed page is a page that's found",
  'Größe und Maße: die größten Maße, größer als 12 und 1200 — 120 %',
  "they're papers, papers we've read; it's 2026, 2025 and 2024",
  'retrieval retrieves retrieved retrievers; dense retrieval, sparse retrieval   and   spaces',
  'aaaa aaa aa aaaaa bababab ababab 検索 検索エンジン 🙂🙂🙂',
];

/** Merges of HuggingFace tokenizers 0.23.3 for TEXTS: BpeTrainer(vocab_size=340, min_frequency=1), ByteLevel(add_prefix_space=False). */
const GOLDEN =
  "a a|n d|r e|i e|p a|a b|r ie|t h|t rie|Ġ re|trie v|2 0|Ã Ł|Ġ a|Ġ i|Ġ pa|th e|Ġre triev|e r|ab ab|a l|e n|e x|g e|r Ã|u nd|¶ ÃŁ|ð Ł|Ġ 1|Ġ aa|Ġ 20|Ġ the|Ļ Ĥ|nd ex|Ġi ndex|Ġpa ge|er s|rÃ ¶ÃŁ|ðŁ ĻĤ|Ġ20 2|' s|M a|e d|e s|g rÃ¶ÃŁ|o f|p ers|s e|s pa|¤ ľ|´ ¢|ã Ĥ|ã ĥ|æ ¤ľ|ç ´¢|Ġ d|Ġ Ġ|Ġ und|Ġ Ma|Ġ grÃ¶ÃŁ|Ġ of|Ġ spa|Ġ æ¤ľ|ÃŁ e|Ġa nd|Ġpa pers|Ġretriev al|abab ab|Ġ1 20|ðŁĻĤ ðŁĻĤ|ãĥ ³|ĠMa ÃŁe|Ġæ¤ľ ç´¢|' v|' re|G rÃ¶ÃŁ|a d|a t|b ababab".split(
    '|',
  );

describe('the trainer of byte-level BPE', () => {
  it('learns the merges of the reference, and its tokenizer.json gives the ids of the reference', () => {
    const learnt = trainByteLevelBpe(TEXTS, { size: 340, minPairCount: 1 });
    expect(learnt.merges.map((pair) => pair.join(' '))).toEqual(GOLDEN);
    expect(learnt.vocabulary).toHaveLength(340);
    const { ids } = tokenizer(byteLevelBpeJson(learnt)).encode('the retrieved pages are größer: aaaa 検索 2026');
    expect([...ids]).toEqual([277, 278, 303, 296, 87, 274, 263, 320, 279, 30, 290, 261, 333, 300, 26]);
  });

  it('joins nothing that is rarer than asked for, and does not depend on the order of the texts', () => {
    const options = { size: 320, minPairCount: 2 };
    const learnt = trainByteLevelBpe(TEXTS, options);
    expect(learnt.merges.map((pair) => pair.join(' '))).toEqual(GOLDEN.slice(0, 59));
    expect(trainByteLevelBpe([...TEXTS].reverse(), options)).toEqual(learnt);
  });

  it('has a piece for every text', () => {
    const learnt = trainByteLevelBpe(['abc'], { size: 261 });
    expect(learnt.merges).toEqual([]);
    expect(new Set(learnt.vocabulary).size).toBe(261);
    const { ids } = tokenizer(byteLevelBpeJson(learnt)).encode('ä🙂\u0000\n');
    expect(ids).toHaveLength(2 + 4 + 2);
  });

  it('refuses a size without room for the bytes', () => {
    expect(() => trainByteLevelBpe(['abc'], { size: 260 })).toThrow('no room for 5 special tokens and 256 bytes');
  });
});
