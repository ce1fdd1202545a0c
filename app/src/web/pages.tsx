// Links between the pages of a long list.

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
      {after ? (
        <a rel="next" href={at(offset + limit)}>
          Next {Math.min(limit, total - offset - limit)} →
        </a>
      ) : (
        <span />
      )}
    </nav>
  );
}
