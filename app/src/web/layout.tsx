// The frame of every page: skip link, masthead with name, search and navigation, footer.

import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { cutAt, toHtml } from '../output/characters.ts';
import type { Site } from './site.ts';

/** A place in the navigation. */
export type Place = 'day' | 'week' | 'month' | 'trending' | 'search' | 'library';

export interface FrameProps {
  readonly site: Site;
  /** Title of the page, without the site's name. */
  readonly title: string;
  /** The text in the search box. */
  readonly query?: string;
  readonly current?: Place;
  /** More elements for the head: citation tags, alternate links. */
  readonly head?: Child;
  /** Between masthead and content, over the whole width: the date strip. */
  readonly strip?: Child;
  /** Beside the content where there is room, below it elsewhere. */
  readonly rail?: Child;
  readonly children?: Child;
}

/**
 * A whole document. The JSX runtime escapes everything that comes from papers or readers, and control and reordering
 * characters are removed from the finished document, so that no place of it can be missed.
 */
export function page(props: FrameProps) {
  return html`<!doctype html>${raw(toHtml((<Frame {...props} />).toString()))}`;
}

/** A part of a page alone, made as safe as a document. */
export function fragment(part: Child) {
  return raw(toHtml(String(part)));
}

/** Characters of a query that the search box holds. */
const LONGEST_QUERY = 2_000;

const NAVIGATION: readonly (readonly [Place, string, string])[] = [
  ['day', '/papers', 'Day'],
  ['week', '/papers/week', 'Week'],
  ['month', '/papers/month', 'Month'],
  ['trending', '/papers/trending', 'Trending'],
];

const FOOTER: readonly (readonly [string, string])[] = [
  ['/search', 'How to search'],
  ['/about/ranking', 'How papers are ranked'],
  ['/settings/display', 'Display and keys'],
  ['/api/v1/status', 'Status'],
];

function Frame({ site, title, query = '', current, head, strip, rail, children }: FrameProps) {
  const { theme, density, keys } = site.display;
  return (
    <html lang="en" data-theme={theme === 'auto' ? undefined : theme} data-density={density}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={theme === 'auto' ? 'light dark' : theme} />
        <title>{title === site.title ? title : `${title} · ${site.title}`}</title>
        {site.assets.fonts.map((font) => (
          <link rel="preload" href={font} as="font" type="font/woff2" crossorigin="" />
        ))}
        <link rel="stylesheet" href={site.assets.style} />
        <script type="module" src={site.assets.script}></script>
        {head}
      </head>
      <body data-keys={keys === 'off' ? 'off' : undefined}>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header class="masthead">
          <div class="frame">
            <p class="name">
              <a href="/papers">{site.title}</a>
              <span class="curator">{site.curator}</span>
            </p>
            <search>
              <form class="search" action="/search">
                <input
                  name="q"
                  type="search"
                  value={cutAt(query, LONGEST_QUERY)}
                  placeholder="A question, words, “a phrase”, an author, an id"
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
                {NAVIGATION.map(([place, path, name]) => (
                  <li>
                    <a href={path} aria-current={current === place ? 'page' : undefined}>
                      {name}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
          </div>
        </header>
        {strip}
        <div class={rail === undefined ? 'frame' : 'frame with-rail'}>
          <main id="content" tabindex={-1}>
            {children}
          </main>
          {rail !== undefined && <aside aria-label="Beside the papers">{rail}</aside>}
        </div>
        <footer>
          <div class="frame">
            <nav aria-label="About this site">
              <ul>
                {FOOTER.map(([path, name]) => (
                  <li>
                    <a href={path}>{name}</a>
                  </li>
                ))}
              </ul>
            </nav>
            <p>{site.title} runs on Quire. Everything comes from this machine: no tracking, no outside requests.</p>
          </div>
        </footer>
      </body>
    </html>
  );
}
