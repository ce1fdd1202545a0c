// Tokens that are recognised literally in a text ([MASK], [SEP], tokens added after training). They divide the text
// before the model reads it: the leftmost match first, the longest of several at one place.

import type { AddedToken } from './tokenizers/post-processor.ts';

/** A stretch of text between added tokens, or the id of one. */
export type Stretch = { readonly start: number; readonly end: number } | { readonly id: number };

export class AddedTokens {
  readonly #pattern: RegExp | undefined;
  readonly #tokens = new Map<string, AddedToken>();
  readonly #isSpace: (codePoint: number) => boolean;

  /** `contents[i]` is the spelling of token i in the text: its content, or the normalised content. */
  constructor(tokens: readonly AddedToken[], contents: readonly string[], isSpace: (codePoint: number) => boolean) {
    this.#isSpace = isSpace;
    tokens.forEach((token, i) => {
      const content = contents[i]!;
      if (content !== '' && !this.#tokens.has(content)) this.#tokens.set(content, token);
    });
    const longestFirst = [...this.#tokens.keys()].sort((a, b) => b.length - a.length);
    const literal = (content: string) => content.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    if (longestFirst.length > 0) this.#pattern = new RegExp(longestFirst.map(literal).join('|'), 'g');
  }

  get isEmpty(): boolean {
    return this.#pattern === undefined;
  }

  /** In the order of the text, found one by one: a reader that stops leaves the rest of the text unread. */
  *split(text: string): Generator<Stretch> {
    let done = 0;
    for (const match of this.#pattern === undefined ? [] : text.matchAll(this.#pattern)) {
      const token = this.#tokens.get(match[0])!;
      let start = match.index;
      let end = start + match[0].length;
      if (token.lstrip) while (start > done && this.#isSpace(text.charCodeAt(start - 1))) start--;
      if (token.rstrip) while (end < text.length && this.#isSpace(text.charCodeAt(end))) end++;
      if (done < start) yield { start: done, end: start };
      yield { id: token.id };
      done = end;
    }
    if (done < text.length) yield { start: done, end: text.length };
  }
}
