// Canonical decomposition (NFD) in linear time. String.normalize orders combining marks by insertion: 80,000 pairs of
// two marks take it half a minute. Here a long sequence of marks is sorted by combining class; String.normalize does
// all other text, which includes all real text. The classes are derived from String.normalize, so both agree: it swaps
// two marks exactly when the first has the higher class.

/** String.normalize is fast for any text shorter than this, in UTF-16 units. */
const SHORT = 512;
/** The classes 1 and 240: the lowest and the highest. */
const LOWEST = '\u0334';
const HIGHEST = '\u0345';

/** The same as `text.normalize('NFD')`. */
export function decompose(text: string): string {
  if (text.length < SHORT) return text.normalize('NFD');
  const marks = new Marks();
  let out = '';
  let start = 0; // of the text that is not decomposed yet
  for (let at = 0; at < text.length; ) {
    const end = marks.runEnd(text, at);
    if (end - at >= SHORT) {
      const before = text.slice(start, at).normalize('NFD');
      const tail = marks.tailStart(before); // marks of the letter before belong to the sequence
      out += before.slice(0, tail) + marks.sorted(before.slice(tail) + text.slice(at, end));
      start = end;
    }
    at = end > at ? end : at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
  }
  return out + text.slice(start).normalize('NFD');
}

/** Cached properties of characters. */
class Marks {
  readonly #combining = new Map<string, boolean>();

  /** Where the run of combining marks at `from` ends; `from` without one. */
  runEnd(text: string, from: number): number {
    let at = from;
    while (at < text.length && text.charCodeAt(at) >= 0x300) {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      if (!this.#isCombining(character)) break;
      at += character.length;
    }
    return at;
  }

  /** Where the trailing marks of a decomposed text begin. */
  tailStart(text: string): number {
    let at = text.length;
    while (at > 0) {
      const wide = at > 1 && text.codePointAt(at - 2)! > 0xffff ? 2 : 1;
      if (!this.#isCombining(text.slice(at - wide, at))) break;
      at -= wide;
    }
    return at;
  }

  /** The marks of a sequence, decomposed and sorted by class; marks of one class keep their order. */
  sorted(run: string): string {
    const byMark = new Map<string, string>(); // mark → its decomposition
    const decomposed: string[] = [];
    for (const mark of run) {
      let parts = byMark.get(mark);
      if (parts === undefined) {
        parts = mark.normalize('NFD');
        byMark.set(mark, parts);
      }
      decomposed.push(...parts);
    }
    const different = [...new Set(decomposed)].sort(byClass);
    const classes = new Map<string, number>();
    let rank = 0;
    different.forEach((mark, i) => {
      if (i > 0 && byClass(different[i - 1]!, mark) !== 0) rank++;
      classes.set(mark, rank);
    });
    const buckets = Array.from({ length: rank + 1 }, (): string[] => []);
    for (const mark of decomposed) buckets[classes.get(mark)!]!.push(mark);
    return buckets.map((bucket) => bucket.join('')).join('');
  }

  #isCombining(character: string): boolean {
    let known = this.#combining.get(character);
    if (known === undefined) {
      const [first] = character.normalize('NFD') as Iterable<string>;
      known = byClass(HIGHEST, first!) > 0 || byClass(first!, LOWEST) > 0;
      this.#combining.set(character, known);
    }
    return known;
  }
}

/** Compares the classes of two characters that do not decompose. A character of class 0 is equal to all others. */
function byClass(a: string, b: string): number {
  if ((a + b).normalize('NFD') !== a + b) return 1;
  return (b + a).normalize('NFD') !== b + a ? -1 : 0;
}
