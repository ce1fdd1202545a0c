import { describe, expect, it } from 'vitest';
import { claimOf } from './claim.ts';

describe('the claim of an abstract', () => {
  it.each([
    [
      'the announcement behind the state of the field',
      'Recent advances in retrieval have been driven by large models. However, they are slow. In this paper, we propose Quire, a small index for papers. Experiments show gains.',
      'In this paper, we propose Quire, a small index for papers.',
    ],
    [
      'what is introduced, not what is common',
      'Large language models (LLMs) have shown strong results. We introduce a benchmark of 597 questions. Code is available at https://x.org.',
      'We introduce a benchmark of 597 questions.',
    ],
    [
      'the purpose with its answer',
      'Existing methods need labels. To address this, we train on pairs without labels. Our method is fast.',
      'To address this, we train on pairs without labels.',
    ],
    [
      'a finding where nothing is proposed',
      'Pruned models lose abilities. We show that quantisation keeps more of them than pruning does. The reasons are open.',
      'We show that quantisation keeps more of them than pruning does.',
    ],
    [
      'the passive voice of older papers',
      'Parsing is hard. A method for parsing with few rules is presented. It works.',
      'A method for parsing with few rules is presented.',
    ],
    [
      'the first sentence without background where none announces',
      'Despite much work, parsing is hard. Rules of thumb fail on long sentences. They fail on short ones.',
      'Rules of thumb fail on long sentences.',
    ],
    [
      'an announcement rather than where the code is',
      'Sparse codes are small. This work studies sparse codes for speech. We release code and models at https://x.org.',
      'This work studies sparse codes for speech.',
    ],
    [
      'an announcement rather than the meaning of a word',
      'Taste is hard to teach. Here, we use the term for the capacity to judge ideas. In this work, we develop a reward for taste.',
      'In this work, we develop a reward for taste.',
    ],
    ['the only sentence', 'Recent advances are many.', 'Recent advances are many.'],
    ['nothing of nothing', '', ''],
  ])('is %s', (_, abstract, claim) => {
    expect(claimOf(abstract)).toBe(claim);
  });

  it('never opens with the state of the field while another sentence is there', () => {
    for (const opening of [
      'Recent advances in X help.',
      'In recent years, X grew.',
      'With the rapid growth of X, Y rose.',
    ])
      expect(claimOf(`${opening} A sieve sorts papers by size.`)).toBe('A sieve sorts papers by size.');
  });

  it('takes no time on a long or strange text', () => {
    const start = performance.now();
    claimOf('we '.repeat(60_000));
    claimOf('to address '.repeat(20_000));
    claimOf('.'.repeat(100_000));
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
