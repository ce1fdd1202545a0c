// The sentence for an index that is behind the store.
import { describe, expect, it } from 'vitest';
import { lagNote } from './lag.ts';

describe('lagNote', () => {
  it.each([
    [{ indexed: 3_120, works: 62_660, behind: 59_540 }, '3,120 of 62,660 papers are searchable'],
    [{ indexed: 0, works: 1, behind: 1 }, '0 of 1 papers are searchable'],
    [{ indexed: 10, works: 10, behind: 1 }, 'The index does not contain the last change of the library yet.'],
    [{ indexed: 11, works: 10, behind: 1_200 }, 'The index does not contain the last 1,200 changes'],
  ])('says for %j: %s', (lag, sentence) => {
    expect(lagNote(lag)).toContain(sentence);
  });

  it('says nothing when the index contains every change, also where it counts other works', () => {
    expect(lagNote({ indexed: 10, works: 10, behind: 0 })).toBeUndefined();
    expect(lagNote({ indexed: 9, works: 10, behind: 0 })).toBeUndefined();
  });
});
