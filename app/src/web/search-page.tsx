// Search: the query with its conditions as chips, how many papers and how they were found, the hits, what they divide
// into, and help when there is none. All of it is links and one form: it works without script.

import type { Child } from 'hono/jsx';
import { REQUEST } from '../output/bounds.ts';
import { cutAt } from '../output/characters.ts';
import { counted } from '../output/numbers.ts';
import { identify, paperPath } from '../papers/index.ts';
import type { LibraryStatus, SearchPage } from '../services/index.ts';
import { Card } from './card.tsx';
import { DamageNote } from './damage-note.tsx';
import { FacetList } from './facet-list.tsx';
import { page } from './layout.tsx';
import { Pages } from './pages.tsx';
import { type SearchView, searchPath } from './search-path.ts';
import type { Site } from './site.ts';
import { Syntax } from './syntax.tsx';

export function searchPage(site: Site, status: LibraryStatus, result: SearchPage, view: SearchView) {
  return page({
    site,
    title: cutAt(result.query, REQUEST.shownQuery),
    query: result.query,
    current: 'search',
    children: (
      <>
        <h1 dir="auto">{cutAt(result.query, REQUEST.shownQuery)}</h1>
        <SearchResults status={status} result={result} view={view} />
      </>
    ),
  });
}

/** All that depends on the answer: the page shows it, and a search as one types asks for it alone. */
export function SearchResults(props: {
  readonly status: LibraryStatus;
  readonly result: SearchPage;
  readonly view: SearchView;
}) {
  const { status, result, view } = props;
  const at = (changes: Partial<SearchView>) => searchPath({ ...view, offset: 0, ...changes });
  if (result.missing !== undefined) return <Missing missing={result.missing} />;
  return (
    <div id="results">
      <p class="introduction" role="status">
        <Count result={result} />
      </p>
      <Conditions result={result} at={at} />
      <Spelling result={result} at={at} />
      <Notes notes={result.notes} />
      <DamageNote damaged={result.damaged} />
      {result.hits.length === 0 ? (
        <NothingFound result={result} encoder={status.encoder !== undefined} at={at} />
      ) : (
        <SortLinks result={result} at={at} />
      )}
      <div class="with-facets">
        <ol class="papers" start={result.offset + 1}>
          {result.hits.map((hit) => (
            <Card work={hit.work} sentence={hit.sentence} reason={hit.reason} />
          ))}
        </ol>
        {result.facets !== undefined && <FacetList facets={result.facets} at={(q) => at({ query: q })} />}
      </div>
      <Pages
        offset={result.offset}
        limit={result.limit}
        total={result.total}
        at={(offset) => searchPath({ ...view, offset })}
      />
      <Related queries={result.related ?? []} at={at} />
    </div>
  );
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
        <div id="results">
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
        </div>
      </>
    ),
  });
}

type At = (changes: Partial<SearchView>) => string;

const HOW = { hybrid: 'by words and meaning', lexical: 'by words', dense: 'by meaning' } as const;
const ORDER = { relevance: 'best first', date: 'newest first', votes: 'most votes first' } as const;

function Count({ result }: { readonly result: SearchPage }) {
  const ms = result.ms < 10 ? result.ms.toFixed(1) : Math.round(result.ms);
  const total = `${result.more ? 'At least ' : ''}${counted(result.total, 'paper')}`;
  if (result.like !== undefined) {
    return (
      <>
        {total} like <a href={paperPath(result.like.key)}>{result.like.title}</a>, nearest first, in {ms} ms
      </>
    );
  }
  const isByCondition = result.hits[0]?.reason === 'condition';
  const order = isByCondition && result.sort === 'relevance' ? ORDER.date : ORDER[result.sort];
  return (
    <>
      {total} in {ms} ms, {isByCondition || result.sort !== 'relevance' ? order : HOW[result.pipeline]}
    </>
  );
}

/** Each condition with a link that takes it away. */
function Conditions({ result, at }: { readonly result: SearchPage; readonly at: At }) {
  if (result.conditions.length === 0) return null;
  return (
    <ul class="chip-row" aria-label="Conditions">
      {result.conditions.map(({ text, without }) => (
        <li>
          <a class="chip" href={at({ query: without })} aria-label={`Remove ${text}`}>
            <bdi>{text}</bdi> <span aria-hidden="true">×</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Spelling({ result, at }: { readonly result: SearchPage; readonly at: At }) {
  const { replaced, suggestion } = result;
  if (replaced.length === 0 && suggestion === undefined) return null;
  return (
    <div class="note">
      {replaced.map(({ typed, instead }) => (
        <p>
          No paper has “<bdi>{typed}</bdi>”; <Words words={instead} /> searched instead.
        </p>
      ))}
      {replaced.length > 0 && (
        <p>
          <a href={at({ exact: true })}>Search exactly what was typed</a>
        </p>
      )}
      {suggestion !== undefined && (
        <p>
          Did you mean <a href={at({ query: suggestion })}>{suggestion}</a>?
        </p>
      )}
    </div>
  );
}

function Words({ words }: { readonly words: readonly string[] }) {
  return (
    <>
      {words.map((word, i) => (
        <>
          {i > 0 && ', '}“<bdi>{word}</bdi>”
        </>
      ))}{' '}
      {words.length === 1 ? 'was' : 'were'}
    </>
  );
}

function SortLinks({ result, at }: { readonly result: SearchPage; readonly at: At }) {
  if (result.like !== undefined) return null;
  const isByCondition = result.hits[0]?.reason === 'condition';
  const current = isByCondition && result.sort === 'relevance' ? 'date' : result.sort;
  const orders = (['relevance', 'date', 'votes'] as const).filter((order) => !isByCondition || order !== 'relevance');
  return (
    <nav class="sort" aria-label="Order">
      <ul class="chip-row">
        {orders.map((sort) => (
          <li>
            <a href={at({ sort })} aria-current={sort === current ? 'true' : undefined}>
              {sort === 'relevance' ? 'Relevance' : sort === 'date' ? 'Date' : 'Votes'}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Missing({ missing }: { readonly missing: NonNullable<SearchPage['missing']> }) {
  const elsewhere = addressOf(missing.add);
  return (
    <div id="results">
      <p class="introduction" role="status">
        This library has no paper <bdi>{cutAt(missing.name, REQUEST.shownQuery)}</bdi>. Nothing else was searched.
      </p>
      {elsewhere !== undefined && (
        <p>
          <a href={elsewhere} rel="noreferrer">
            Open it where it is published
          </a>
        </p>
      )}
      <p>
        To add it, import a file that has it: <kbd>quire import FILE</kbd>.
      </p>
    </div>
  );
}

/** Where a paper of that id is published. Another site's address is not repeated as a link. */
function addressOf(id: string): string | undefined {
  const { arxiv, doi } = identify(id);
  if (arxiv !== undefined) return `https://arxiv.org/abs/${arxiv.id}`;
  return doi === undefined ? undefined : `https://doi.org/${doi}`;
}

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

function NothingFound({
  result,
  encoder,
  at,
}: {
  readonly result: SearchPage;
  readonly encoder: boolean;
  readonly at: At;
}) {
  const help: readonly Child[] = (result.help ?? []).map(({ without, query, total, more }) => (
    <li>
      <a href={at({ query })}>
        Without <bdi>{without}</bdi>
      </a>
      : {more ? 'at least ' : ''}
      {counted(total, 'paper')}
    </li>
  ));
  return (
    <div class="note">
      <p>
        {result.notes.length + result.replaced.length === 0
          ? 'No paper fulfils the query as it is written.'
          : 'No paper was found.'}
      </p>
      <ul>
        {help}
        <li>Use fewer or more common words.</li>
        {!encoder && <li>Search goes by words alone here, so a synonym may help.</li>}
      </ul>
    </div>
  );
}

function Related({ queries, at }: { readonly queries: readonly string[]; readonly at: At }) {
  if (queries.length === 0) return null;
  return (
    <section aria-labelledby="related">
      <h2 id="related">Near this query</h2>
      <ul class="chip-row">
        {queries.map((query) => (
          <li>
            <a class="chip" href={at({ query, sort: 'relevance', exact: false })}>
              <bdi>{query}</bdi>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
