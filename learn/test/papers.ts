// Generated papers for tests of training.

import { Rng } from '@quire/engine/internals';
import type { TrainingWork } from '../src/data/works.ts';

/** Papers about 20 generated topics; a title uses two words of its topic, the abstract the other ones. */
export function papers(count: number, from = 0): TrainingWork[] {
  const rng = new Rng(21);
  const syllables = ['ba', 'ke', 'li', 'mo', 'nu', 'ra', 'se', 'ti', 'vo', 'zu'];
  const word = () => Array.from({ length: 3 }, () => rng.pick(syllables)).join('');
  const topics = Array.from({ length: 20 }, () => Array.from({ length: 8 }, word));
  return Array.from({ length: from + count }, (_, i) => {
    const topic = topics[i % 20]!;
    const sentence = () => `${Array.from({ length: 7 }, () => rng.pick(topic.slice(2))).join(' ')}.`;
    return {
      key: `arxiv:${i}`,
      title: `${topic[0]} ${topic[1]} ${word()}`,
      abstract: `We study ${sentence()} Our method ${sentence()} Results ${sentence()}`,
      textSource: 'arxiv',
      year: 2025,
    };
  }).slice(from);
}
