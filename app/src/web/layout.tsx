// The frame of every page: skip link, name, search box, navigation, footer.

import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { cutAt, toHtml } from '../output/characters.ts';
import type { Site } from './site.ts';

export interface FrameProps {
  readonly site: Site;
  /** Title of the page, without the site's name. */
  readonly title: string;
  /** The text in the search box. */
  readonly query?: string;
  readonly current?: 'day' | 'search';
  /** More elements for the head: citation tags, alternate links. */
  readonly head?: Child;
  readonly children?: Child;
}

/**
 * A whole document. The JSX runtime escapes everything that comes from papers or readers, and control and reordering
 * characters are removed from the finished document, so that no place of it can be missed.
 */
export function page(props: FrameProps) {
  return html`<!doctype html>${raw(toHtml((<Frame {...props} />).toString()))}`;
}

/** Characters of a query that the search box holds. */
const LONGEST_QUERY = 2_000;

function Frame({ site, title, query = '', current, head, children }: FrameProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title === site.title ? title : `${title} · ${site.title}`}</title>
        <link rel="stylesheet" href={site.stylePath} />
        {head}
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header class="masthead">
          <div class="frame">
            <p class="name">
              <a href="/papers">{site.title}</a>
            </p>
            <p class="curator">{site.curator}</p>
            <search>
              <form class="search" action="/search">
                <input
                  name="q"
                  type="search"
                  value={cutAt(query, LONGEST_QUERY)}
                  placeholder="A question, words, “a phrase”, an author or an id"
                  aria-label="Search papers"
                  autocomplete="off"
                  dir="auto"
                  maxlength={LONGEST_QUERY}
                />
                <button type="submit">Search</button>
              </form>
            </search>
            <nav aria-label="Site">
              <ul>
                <li>
                  <a href="/papers" aria-current={current === 'day' ? 'page' : undefined}>
                    Newest day
                  </a>
                </li>
                <li>
                  <a href="/search" aria-current={current === 'search' ? 'page' : undefined}>
                    Search
                  </a>
                </li>
              </ul>
            </nav>
          </div>
        </header>
        <main id="content" class="frame">
          {children}
        </main>
        <footer>
          <div class="frame">
            <p>
              {site.title} runs on Quire. Everything is served from this machine: no tracking, no outside requests.{' '}
              <a href="/api/v1/status">Status</a>
            </p>
          </div>
        </footer>
      </body>
    </html>
  );
}
