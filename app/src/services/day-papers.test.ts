import { describe, expect, it } from 'vitest';
import { libraryOf } from '../../test/library.ts';

const papers = (day: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `${day}-${i}`, title: `Paper ${i} of ${day}`, published: day }));

describe('the day that a reader opens first', () => {
  const early = libraryOf([...papers('2025-03-17', 5), ...papers('2025-03-18', 3), ...papers('2025-05-01', 1)]);
  const small = libraryOf([...papers('2025-03-17', 2), ...papers('2025-03-18', 1)]);

  it('is the newest one with a list: a single paper ahead of it does not hide it', async () => {
    expect(await early().services.newestDay()).toBe('2025-03-18');
    expect((await early().services.papersOfDay('2025-03-18')).next).toBe('2025-05-01');
  });

  it('is the newest of all where no day has more', async () => {
    expect(await small().services.newestDay()).toBe('2025-03-18');
  });
});
