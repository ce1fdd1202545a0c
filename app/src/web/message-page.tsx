// A page with one message: not found, a text that is not a date, an error.

import { page } from './layout.tsx';
import type { Site } from './site.ts';

export function messagePage(
  site: Site,
  title: string,
  text: string,
  { query = '', hint }: { readonly query?: string; readonly hint?: string } = {},
) {
  return page({
    site,
    title,
    query,
    children: (
      <article class="reading">
        <h1>{title}</h1>
        <p dir="auto">{text}</p>
        {hint !== undefined && <p dir="auto">{hint}</p>}
        <p>
          <a href="/papers">The newest day</a> · <a href="/search">Search</a>
        </p>
      </article>
    ),
  });
}
