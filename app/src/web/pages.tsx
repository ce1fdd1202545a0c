// Links between the pages of a long list. No link leads beyond the deepest entry that can be asked for.

import { REQUEST } from '../output/bounds.ts';

export interface PagesProps {
  readonly offset: number;
  readonly limit: number;
  readonly total: number;
  /** Address of the page that starts at an offset. */
  readonly at: (offset: number) => string;
}

export function Pages({ offset, limit, total, at }: PagesProps) {
  const before = offset > 0;
  const after = offset + limit < total;
  if (!before && !after) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {before ? (
        <a rel="prev" href={at(Math.max(0, offset - limit))}>
          ← Previous {limit}
        </a>
      ) : (
        <span />
      )}
      <Next {...{ offset, limit, total, at }} />
    </nav>
  );
}

function Next({ offset, limit, total, at }: PagesProps) {
  const next = offset + limit;
  if (next >= total) return <span />;
  if (next > REQUEST.offset) return <span>The list ends here. A narrower query shows what comes later.</span>;
  return (
    <a rel="next" href={at(next)}>
      Next {Math.min(limit, total - next)} →
    </a>
  );
}
