import { describe, expect, it } from 'vitest';
import { unless } from '../../../engine/test/support/skip.ts';
import { libraryOf } from '../../test/library.ts';
import { PAPERS } from '../../test/papers.ts';
import { loadModel } from './model.ts';
import type { Encoders } from './paper-index.ts';
import { similarTo } from './similar.ts';

const whenModel = unless(loadModel() === undefined ? 'no model in models/' : undefined);

const library = libraryOf([...PAPERS, { id: 'signs', title: '∀ ∃ ⊢ ∎', published: '2025-03-18' }]);

const near = async (id: string, encoders: Encoders = library().encoders) => {
  const work = (await library().services.paper(id))!.work;
  return library().index.with((snapshot) => similarTo(work, snapshot, encoders, 5));
};

describe('similar papers', () => {
  whenModel.it('come from the stored vector; no text is encoded', async () => {
    const { terms, dense } = library().encoders;
    const encodes = () => {
      throw new Error('a text was encoded');
    };
    const mute = { ...dense!, encodeDocuments: encodes, encodeQueries: encodes, encodeSync: encodes };
    const { reason, hits } = await near('2503.00003', { terms, dense: mute });
    expect(reason).toBe('meaning');
    expect(hits.map(({ id }) => id)).toContain('arxiv:2503.00004');
    expect(hits.map(({ id }) => id)).not.toContain('arxiv:2503.00003');
    expect(hits).toEqual((await near('2503.00003')).hits);
  });

  it('come from the words that tell the paper apart where there is no encoder', async () => {
    const { reason, hits } = await near('2503.00003', { terms: library().encoders.terms, dense: undefined });
    expect(reason).toBe('text');
    expect(hits[0]?.id).toBe('arxiv:2503.00004');
  });

  it('are none for a title without a word: no vector, no neighbour', async () => {
    expect(await near('signs')).toEqual({ reason: 'text', hits: [] });
    expect((await library().services.similar('signs'))?.hits).toEqual([]);
  });
});
