// A page that says one thing: not found, a date that is none, an error with its number.

import { page } from './layout.tsx';
import type { Site } from './site.ts';

export function messagePage(site: Site, title: string, text: string, query = '') {
  return page({
    site,
    title,
    query,
    children: (
      <>
        <h1>{title}</h1>
        <p class="lead">{text}</p>
        <p>
          <a href="/papers">The newest day</a> · <a href="/search">Search</a>
        </p>
      </>
    ),
  });
}
