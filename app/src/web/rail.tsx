// Beside a list: what trends, and the topics of the period.

import { grouped } from '../output/numbers.ts';
import { paperPath } from '../papers/index.ts';
import type { CategoryCount, TrendingHit } from '../services/index.ts';
import { type Chosen, choicePath } from './list-choices.tsx';
import { Data, Tex } from './text.tsx';
import { topicOf } from './topics.ts';

export interface RailProps {
  readonly trending: readonly TrendingHit[];
  readonly topics: readonly CategoryCount[];
  /** The day, week or month in words: "this day". */
  readonly span: string;
}

/** Topics that are worth a comparison. Papers of sources without categories have hardly any. */
const FEWEST = 3;

export function Rail({
  trending,
  topics,
  span,
  path,
  chosen,
}: RailProps & { readonly path: string; readonly chosen: Chosen }) {
  const most = Math.max(1, ...topics.map(({ count }) => count));
  return (
    <>
      {trending.length > 0 && (
        <section class="trends">
          <h2>
            <a href="/papers/trending">Trending</a>
          </h2>
          <ol>
            {trending.map(({ work }) => (
              <li>
                <a href={paperPath(work.key)} dir="auto">
                  <Tex text={work.title} />
                </a>
              </li>
            ))}
          </ol>
        </section>
      )}
      {topics.length >= FEWEST && (
        <section class="topics">
          <h2>Topics of {span}</h2>
          <ul>
            {topics.map(({ category, count }) => {
              const { name, hue } = topicOf(category);
              const width = Math.max(1, Math.round((count / most) * 100));
              return (
                <li>
                  <a
                    class={`topic hue-${hue}`}
                    href={choicePath(path, { ...chosen, category })}
                    aria-current={category === chosen.category ? 'true' : undefined}
                  >
                    <Data>{name}</Data>
                  </a>
                  <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" class={`hue-${hue}`}>
                    <rect width={width} height="4" />
                  </svg>
                  <span class="count">{grouped(count)}</span>
                </li>
              );
            })}
          </ul>
        </section>
      )}
    </>
  );
}
