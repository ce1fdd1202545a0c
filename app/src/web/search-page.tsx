// Search: the query, how many papers and how they were found, the hits, and help when there is none.

import { REQUEST } from '../output/bounds.ts';
import { cutAt } from '../output/characters.ts';
import { counted } from '../output/numbers.ts';
import type { LibraryStatus, SearchPage } from '../services/index.ts';
import { Card } from './card.tsx';
import { DamageNote } from './damage-note.tsx';
import { page } from './layout.tsx';
import { Pages } from './pages.tsx';
import type { Site } from './site.ts';

export function searchPage(site: Site, status: LibraryStatus, result: SearchPage) {
  return page({
    site,
    title: cutAt(result.query, REQUEST.shownQuery),
    query: result.query,
    current: 'search',
    children: (
      <>
        <h1 dir="auto">{cutAt(result.query, REQUEST.shownQuery)}</h1>
        <p class="introduction" role="status">
          {result.more ? 'At least ' : ''}
          {counted(result.total, 'paper')} in {result.ms < 10 ? result.ms.toFixed(1) : Math.round(result.ms)} ms,{' '}
          {result.hits[0]?.reason === 'condition' ? 'newest first' : HOW[result.pipeline]}
        </p>
        <Notes notes={result.notes} />
        <DamageNote damaged={result.damaged} />
        {result.hits.length === 0 && <NothingFound encoder={status.encoder !== undefined} />}
        <ol class="papers" start={result.offset + 1}>
          {result.hits.map((hit) => (
            <Card work={hit.work} sentence={hit.sentence} reason={hit.reason} />
          ))}
        </ol>
        <Pages
          offset={result.offset}
          limit={result.limit}
          total={result.total}
          at={(offset) => `/search?${new URLSearchParams({ q: result.query, offset: String(offset) })}`}
        />
      </>
    ),
  });
}

/** The search page before anything was asked. */
export function askPage(site: Site, status: LibraryStatus) {
  return page({
    site,
    title: 'Search',
    current: 'search',
    children: (
      <>
        <h1>Search</h1>
        <p class="introduction">
          {counted(status.works, 'paper')},{' '}
          {status.encoder === undefined ? 'found by their words' : 'found by their words and by their meaning'}.
        </p>
        <Notes
          notes={[
            ...status.notes,
            ...(status.encoder === undefined ? ['No encoder is installed, so search goes by words alone.'] : []),
          ]}
        />
        <Syntax />
      </>
    ),
  });
}

const HOW = { hybrid: 'by words and meaning', lexical: 'by words', dense: 'by meaning' } as const;

function Notes({ notes }: { readonly notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <div class="note">
      {notes.map((note) => (
        <p dir="auto">{note}</p>
      ))}
    </div>
  );
}

function NothingFound({ encoder }: { readonly encoder: boolean }) {
  return (
    <div class="note">
      <p>Nothing matches. Every word, phrase and condition of the query was applied as written.</p>
      <ul>
        <li>Leave out quotation marks, exclusions or conditions, one at a time.</li>
        <li>Use fewer or more common words.</li>
        {!encoder && <li>Search goes by words alone here, so a synonym may help.</li>}
      </ul>
    </div>
  );
}

function Syntax() {
  return (
    <>
      <h2>What you can write</h2>
      <dl class="facts">
        <dt>
          <kbd>how can an index fit in memory</kbd>
        </dt>
        <dd>any question or words</dd>
        <dt>
          <kbd>"late interaction"</kbd>
        </dt>
        <dd>exactly this phrase</dd>
        <dt>
          <kbd>2511.16528</kbd>
        </dt>
        <dd>an arXiv id, DOI or address</dd>
        <dt>
          <kbd>au:"Selva Taş"</kbd>
        </dt>
        <dd>an author</dd>
        <dt>
          <kbd>retrieval -generation</kbd>
        </dt>
        <dd>without a word</dd>
        <dt>
          <kbd>hashing year:2021..2023</kbd>
        </dt>
        <dd>only these years; without a word: all their papers, newest first</dd>
        <dt>
          <kbd>hashing before:2024-03</kbd>
        </dt>
        <dd>certainly before that month; also after:, and days like 2024-03-15</dd>
        <dt>
          <kbd>quantis*</kbd>
        </dt>
        <dd>words that begin so</dd>
      </dl>
    </>
  );
}
