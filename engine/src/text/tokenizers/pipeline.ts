// From a text to ids as HuggingFace tokenizers goes: added tokens divide the text, the normalizer rewrites what lies between
// them, the pre-tokenizer divides that into words, the model gives the ids of each word. It stops at the limit of ids.

import { AddedTokens } from '../added-tokens.ts';
import { MEMO_WORD, SliceMemo } from '../memo.ts';
import { type EncodeOptions, type Encoding, encodingOf, Ids, sizeOf, type Tokenizer, wellFormed } from './encoding.ts';
import type { Normalizer } from './normalizers.ts';
import { Characters } from './patterns.ts';
import type { Surroundings } from './post-processor.ts';
import type { Piece, PreTokenizer } from './pre-tokenizers.ts';

/** BPE or Unigram: the ids of one word. A model may stop once `out` is truncated. */
export interface WordModel {
  encode(word: string, out: Ids): void;
}

export interface PipelineConfig {
  readonly fingerprint: string;
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly around: Surroundings;
  readonly normalizer: Normalizer;
  readonly preTokenizer: PreTokenizer;
  readonly model: WordModel;
}

export class Pipeline implements Tokenizer {
  readonly size: number;
  readonly fingerprint: string;
  readonly #config: PipelineConfig;
  readonly #raw: AddedTokens; // searched in the original text
  readonly #normalized: AddedTokens; // searched in the normalised text
  readonly #memo = new SliceMemo<Uint32Array>();

  constructor(config: PipelineConfig) {
    this.#config = config;
    this.fingerprint = config.fingerprint;
    this.size = sizeOf(config.vocabulary, config.around);
    const characters = new Characters();
    const isSpace = (c: number) => characters.isSpace(c);
    const raw = config.around.addedTokens.filter((token) => !token.normalized);
    const normalized = config.around.addedTokens.filter((token) => token.normalized);
    this.#raw = new AddedTokens(
      raw,
      raw.map(({ content }) => content),
      isSpace,
    );
    this.#normalized = new AddedTokens(
      normalized,
      normalized.map(({ content }) => config.normalizer.apply(content)),
      isSpace,
    );
  }

  encode(text: string, options: EncodeOptions = {}): Encoding {
    return encodingOf(this.#config.around, options, (out) => this.#encode(wellFormed(text), out));
  }

  idOf(token: string): number | undefined {
    const added = this.#config.around.addedTokens.find(({ content }) => content === token);
    return added?.id ?? this.#config.vocabulary.get(token);
  }

  #encode(text: string, out: Ids): void {
    const { normalizer } = this.#config;
    for (const stretch of this.#raw.split(text)) {
      if (out.truncated) return;
      if ('id' in stretch) {
        out.push(stretch.id);
        continue;
      }
      const given = text.slice(stretch.start, stretch.end);
      const normalized = normalizer.apply(given);
      const first = stretch.start === 0 && !normalizer.dropsHead(given);
      for (const inner of this.#normalized.split(normalized)) {
        if (out.truncated) return;
        if ('id' in inner) out.push(inner.id);
        else {
          this.#words({ text: normalized.slice(inner.start, inner.end), first: first && inner.start === 0 }, out);
        }
      }
    }
  }

  #words(piece: Piece, out: Ids): void {
    for (const { text } of this.#config.preTokenizer(piece)) {
      if (text.length > MEMO_WORD) this.#config.model.encode(text, out);
      else for (const id of this.#known(text)) out.push(id);
      if (out.truncated) return;
    }
  }

  /** The ids of a short word, cached. */
  #known(word: string): Uint32Array {
    const known = this.#memo.find(word, 0, word.length);
    if (known !== undefined) return known;
    const ids = new Ids(Infinity);
    this.#config.model.encode(word, ids);
    const found = ids.finish();
    this.#memo.add(word, 0, word.length, found);
    return found;
  }
}
