// Text of papers and readers inside a page. Each piece is isolated (<bdi>), so that the direction of its letters cannot
// reorder the text around it; layout.tsx removes control characters from the whole document.

import type { Child } from 'hono/jsx';
import { grouped } from '../output/numbers.ts';

/** Outside text within a line. */
export function Data({ children }: { readonly children?: Child }) {
  return <bdi>{children}</bdi>;
}

/** Pieces of outside text, each isolated, with commas between them. */
export function List({
  entries,
  size = entries.length,
}: {
  readonly entries: readonly string[];
  readonly size?: number;
}) {
  return (
    <>
      {entries.map((entry, i) => (
        <>
          {i > 0 && ', '}
          <Data>{entry}</Data>
        </>
      ))}
      <More shown={entries.length} size={size} />
    </>
  );
}

/** How many entries are not shown. */
export function More({ shown, size }: { readonly shown: number; readonly size: number }) {
  return size > shown ? <> and {grouped(size - shown)} more</> : null;
}
