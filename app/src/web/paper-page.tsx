// One paper: everything that is known about it, and what is near it.

import type { Work } from '../papers/index.ts';
import type { PaperView, SimilarHit } from '../services/services.ts';
import { Card } from './card.tsx';
import { page } from './layout.tsx';
import type { Site } from './site.ts';
import { dayInWords, inWords, people } from './wording.ts';

/** Names that are shown before "and N more". */
const NAMES_SHOWN = 60;

export function paperPage(site: Site, { work, others }: PaperView, similar: readonly SimilarHit[]) {
  return page({
    site,
    title: work.title,
    head: <CitationTags work={work} />,
    children: (
      <>
        <article>
          <h1>{work.title}</h1>
          <Authors work={work} />
          {work.abstract === '' ? <p class="lead">No abstract is known.</p> : <p class="abstract">{work.abstract}</p>}
          <Facts work={work} />
        </article>
        {others.length > 0 && (
          <section>
            <h2>Other papers with the same id</h2>
            <ol class="papers">
              {others.map((other) => (
                <Card work={other} level={3} />
              ))}
            </ol>
          </section>
        )}
        {similar.length > 0 && (
          <section>
            <h2>Similar papers</h2>
            <p class="lead">
              {similar[0]?.reason === 'meaning' ? 'Nearest in meaning first.' : 'Sharing the most telling words first.'}
            </p>
            <ol class="papers">
              {similar.map((hit) => (
                <Card work={hit.work} level={3} />
              ))}
            </ol>
          </section>
        )}
      </>
    ),
  });
}

function Authors({ work }: { readonly work: Work }) {
  const who = people(work);
  if (work.authors.length === 0) return who === undefined ? null : <p class="authors">{who}</p>;
  const shown = work.authors.slice(0, NAMES_SHOWN);
  return (
    <p class="authors">
      {shown.map((name, i) => (
        <>
          {i > 0 && ', '}
          <a href={`/search?${new URLSearchParams({ q: `au:"${name.replaceAll('"', '')}"` })}`}>{name}</a>
        </>
      ))}
      {work.authors.length > shown.length && ` and ${work.authors.length - shown.length} more`}
      {work.organization !== undefined && ` · ${work.organization}`}
    </p>
  );
}

function Facts({ work }: { readonly work: Work }) {
  return (
    <dl class="facts">
      {work.published !== undefined && (
        <>
          <dt>Published</dt>
          <dd>
            <time datetime={work.published.date}>{inWords(work.published)}</time>
          </dd>
        </>
      )}
      {work.day !== undefined && (
        <>
          <dt>Listed</dt>
          <dd>
            <a href={`/papers/date/${work.day}`}>{dayInWords(work.day)}</a>
          </dd>
        </>
      )}
      {work.venue !== undefined && (
        <>
          <dt>Venue</dt>
          <dd>{[work.venue, work.status].filter(Boolean).join(', ')}</dd>
        </>
      )}
      {work.awards.length > 0 && (
        <>
          <dt>Awards</dt>
          <dd>{work.awards.join(', ')}</dd>
        </>
      )}
      <Links work={work} />
      {work.categories.length + work.keywords.length > 0 && (
        <>
          <dt>Keywords</dt>
          <dd>{[...work.categories, ...work.keywords].join(', ')}</dd>
        </>
      )}
      {work.citations !== undefined && (
        <>
          <dt>Citations</dt>
          <dd>{work.citations}</dd>
        </>
      )}
      {work.comment !== undefined && (
        <>
          <dt>Authors’ note</dt>
          <dd>{work.comment}</dd>
        </>
      )}
      <dt>Sources</dt>
      <dd>{work.sources.map(({ source, id }) => (id === '' ? source : `${source} ${id}`)).join(', ')}</dd>
    </dl>
  );
}

function Links({ work }: { readonly work: Work }) {
  const links = linksOf(work);
  if (links.length === 0) return null;
  return (
    <>
      <dt>Links</dt>
      <dd>
        {links.map(([name, url], i) => (
          <>
            {i > 0 && ', '}
            <a href={url} rel="noreferrer">
              {name}
            </a>
          </>
        ))}
      </dd>
    </>
  );
}

/** Addresses outside, http(s) only: what a source states is data, never a script to run. */
export function linksOf(work: Work): readonly (readonly [name: string, url: string])[] {
  const links: [string, string][] = [];
  if (work.arxivId !== undefined) {
    links.push(['arXiv', `https://arxiv.org/abs/${work.arxivId}`], ['PDF', `https://arxiv.org/pdf/${work.arxivId}`]);
  }
  if (work.doi !== undefined) links.push(['DOI', `https://doi.org/${encodeURI(work.doi)}`]);
  for (const [name, url] of [
    ['page', work.url],
    ['code', work.github],
    ['project', work.projectPage],
  ] as const) {
    if (url !== undefined && /^https?:\/\//i.test(url) && !links.some(([, known]) => known === url))
      links.push([name, url]);
  }
  return links;
}

/** The tags that reference managers read (product.md 4.8). */
function CitationTags({ work }: { readonly work: Work }) {
  return (
    <>
      <meta name="citation_title" content={work.title} />
      {work.authors.map((name) => (
        <meta name="citation_author" content={name} />
      ))}
      {work.published !== undefined && (
        <meta name="citation_publication_date" content={work.published.date.replaceAll('-', '/')} />
      )}
      {work.arxivId !== undefined && <meta name="citation_arxiv_id" content={work.arxivId} />}
      {work.doi !== undefined && <meta name="citation_doi" content={work.doi} />}
    </>
  );
}
