// The unigram language model (Kudo, 2018) as HuggingFace tokenizers applies it: of all divisions of a word into pieces the
// one with the greatest sum of log probabilities, found by Viterbi from the left. Linear in the word: a place has no more
// pieces than the longest piece has characters.

import { bytePieces } from './byte-level.ts';
import type { Ids } from './encoding.ts';
import { type Fields, fail, flagAt, listAt, MAX_ID, stringAt, unsupported, wholeAt } from './fields.ts';
import { widthAt } from './patterns.ts';
import type { WordModel } from './pipeline.ts';
import { NONE, ROOT, Trie } from './trie.ts';

export interface UnigramConfig {
  /** Piece and log probability; the place in the list is the id. */
  readonly pieces: readonly (readonly [piece: string, score: number])[];
  readonly unknown: number;
  /** Whether unknown text becomes the pieces <0x00> … <0xFF> of its bytes. */
  readonly byteFallback: boolean;
}

/** How much worse than the worst piece an unknown character is; kUnkPenalty of sentencepiece. */
const UNKNOWN_PENALTY = 10;

export function parseUnigram(model: Fields): UnigramConfig {
  const list = listAt(model.vocab, 'model.vocab');
  if (list.length >= MAX_ID) fail('model.vocab', `it has ${list.length} pieces, not below ${MAX_ID}`);
  const pieces = list.map((entry, i) => pieceAt(entry, `model.vocab[${i}]`));
  if (model.unk_id === null || model.unk_id === undefined) throw unsupported('model.unk_id', null);
  const unknown = wholeAt(model.unk_id, 'model.unk_id');
  if (unknown >= pieces.length) fail('model.unk_id', `${unknown} is not below the ${pieces.length} pieces`);
  return { pieces, unknown, byteFallback: flagAt(model.byte_fallback ?? false, 'model.byte_fallback') };
}

function pieceAt(entry: unknown, at: string): readonly [string, number] {
  const [piece, score, ...more] = listAt(entry, at);
  if (more.length > 0) fail(at, `it has ${2 + more.length} values instead of a piece and a score`);
  const text = stringAt(piece, `${at}[0]`);
  if (text === '') fail(`${at}[0]`, 'it is empty');
  if (/\p{Surrogate}/u.test(text)) fail(`${at}[0]`, 'it has a lone surrogate');
  if (typeof score !== 'number' || !Number.isFinite(score)) return fail(`${at}[1]`, `${score} is not a number`);
  return [text, asRead(score)];
}

/**
 * A score as the reference reads it from its decimal digits: it divides the digits, rounded, by a power of ten (serde_json
 * without float_roundtrip), which may be one unit in the last place beside the nearest double. That decides between
 * divisions of equal sum.
 */
export function asRead(score: number): number {
  const [mantissa, exponent = '0'] = String(Math.abs(score)).split('e');
  const [whole, fraction = ''] = mantissa!.split('.');
  const power = Number(exponent) - fraction.length;
  const digits = Number(whole! + fraction);
  return Math.sign(score) * (power < 0 ? digits / Number(`1e${-power}`) : digits * Number(`1e${power}`));
}

export class Unigram implements WordModel {
  readonly #config: UnigramConfig;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #trie: Trie;
  readonly #scores: Float64Array;
  readonly #unknownScore: number;

  constructor(config: UnigramConfig) {
    const entries = config.pieces.map(([piece], id) => [piece, id] as const);
    this.#config = config;
    this.#ids = new Map(entries);
    this.#trie = new Trie(entries);
    this.#scores = Float64Array.from(config.pieces, ([, score]) => score);
    this.#unknownScore = this.#scores.reduce((least, score) => Math.min(least, score), Infinity) - UNKNOWN_PENALTY;
  }

  encode(word: string, out: Ids): void {
    const n = word.length;
    const best = new Float64Array(n + 1); // (places): the greatest sum of a division of what is before
    const starts = new Int32Array(n + 1); // where the last piece of that division begins
    const ids = new Int32Array(n + 1).fill(NONE); // its id
    const writer = new Writer(word, out, this.#ids, this.#config);
    let cut = 0; // all before it is written
    let reach = 0; // the end of the furthest piece so far
    let at = 0;
    const offer = (end: number, id: number, score: number) => {
      const sum = score + best[at]!;
      if (ids[end] !== NONE && sum <= best[end]!) return;
      best[end] = sum;
      starts[end] = at;
      ids[end] = id;
      if (end > reach) reach = end;
    };
    while (at < n) {
      if (at === reach && at > cut) {
        // No piece crosses this place, so that the best division of what is before is settled.
        writer.write(cut, at, starts, ids);
        if (out.truncated) return;
        cut = at;
      }
      const next = at + widthAt(word, at);
      let isPiece = false; // the single character
      for (let end = at, node = ROOT; end < n; ) {
        node = this.#trie.step(node, word.charCodeAt(end++));
        if (node === ROOT) break;
        const id = this.#trie.valueAt(node);
        if (id === NONE) continue;
        offer(end, id, this.#scores[id]!);
        if (end === next) isPiece = true;
      }
      if (!isPiece) offer(next, this.#config.unknown, this.#unknownScore);
      at = next;
    }
    writer.write(cut, n, starts, ids);
    writer.finish(n);
  }
}

/** Writes pieces from left to right; a run of unknown characters is one. */
class Writer {
  readonly #word: string;
  readonly #out: Ids;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #config: UnigramConfig;
  #unknownFrom: number | undefined; // where the current run began

  constructor(word: string, out: Ids, ids: ReadonlyMap<string, number>, config: UnigramConfig) {
    this.#word = word;
    this.#out = out;
    this.#ids = ids;
    this.#config = config;
  }

  /** The pieces of word[from … to − 1], followed back from its end. */
  write(from: number, to: number, starts: Int32Array, ids: Int32Array): void {
    const ends: number[] = [];
    for (let end = to; end > from; end = starts[end]!) ends.push(end);
    for (const end of ends.reverse()) {
      if (this.#out.truncated) return;
      if (ids[end] === this.#config.unknown) this.#unknownFrom ??= starts[end]!;
      else {
        this.finish(starts[end]!);
        this.#out.push(ids[end]!);
      }
    }
  }

  /** Ends the run of unknown characters, if there is one. */
  finish(end: number): void {
    if (this.#unknownFrom === undefined) return;
    const text = this.#word.slice(this.#unknownFrom, end);
    this.#unknownFrom = undefined;
    const whole = this.#ids.get(text);
    const bytes =
      whole === undefined && this.#config.byteFallback
        ? bytePieces(text).map((piece) => this.#ids.get(piece))
        : [whole];
    if (bytes.every((byte) => byte !== undefined)) for (const byte of bytes) this.#out.push(byte);
    else this.#out.push(this.#config.unknown);
  }
}
