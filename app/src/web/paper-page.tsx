// One paper: all of its facts, and the papers nearest to it.

import { type BoundedWork, bounded, OTHERS, PAGE, sizeIn } from '../output/bounds.ts';
import { counted } from '../output/numbers.ts';
import type { Work } from '../papers/index.ts';
import type { PaperView, SimilarPage } from '../services/index.ts';
import { Card } from './card.tsx';
import { DamageNote } from './damage-note.tsx';
import { page } from './layout.tsx';
import type { Site } from './site.ts';
import { Data, List, More } from './text.tsx';
import { dayInWords, inWords, people } from './wording.ts';

export function paperPage(site: Site, { work: whole, others, damaged = [] }: PaperView, near?: SimilarPage) {
  const similar = near?.hits ?? [];
  const problems = [...new Set([...damaged, ...(near?.damaged ?? [])])];
  const work = bounded(whole, PAGE);
  return page({
    site,
    title: work.title,
    head: <CitationTags work={work} />,
    children: (
      <>
        <article>
          <h1 dir="auto">{work.title}</h1>
          <Authors work={work} />
          <Abstract work={work} />
          <Facts work={work} />
        </article>
        <DamageNote damaged={problems} />
        {others.length > 0 && (
          <section>
            <h2>Other papers with the same id</h2>
            {others.length >= OTHERS && <p class="lead">The first {OTHERS} are listed.</p>}
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

function Abstract({ work }: { readonly work: BoundedWork }) {
  if (work.abstract === '') return <p class="lead">No abstract is known.</p>;
  const size = work.cut?.abstract;
  return (
    <>
      <p class="abstract" dir="auto">
        {work.abstract}
      </p>
      {size !== undefined && <p class="lead">The abstract is cut here; it has {counted(size, 'character')}.</p>}
    </>
  );
}

function Authors({ work }: { readonly work: BoundedWork }) {
  const who = people(work);
  if (work.authors.length === 0)
    return who === undefined ? null : (
      <p class="authors">
        <Data>{who}</Data>
      </p>
    );
  return (
    <p class="authors">
      {work.authors.map((name, i) => (
        <>
          {i > 0 && ', '}
          <a href={`/search?${new URLSearchParams({ q: `au:"${name.replaceAll('"', '')}"` })}`}>
            <Data>{name}</Data>
          </a>
        </>
      ))}
      <More shown={work.authors.length} size={sizeIn(work, 'authors')} />
      {work.organization !== undefined && (
        <>
          {' · '}
          <Data>{work.organization}</Data>
        </>
      )}
    </p>
  );
}

function Facts({ work }: { readonly work: BoundedWork }) {
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
          <dd>
            <List entries={[work.venue, work.status].filter((entry) => entry !== undefined)} />
          </dd>
        </>
      )}
      {work.awards.length > 0 && (
        <>
          <dt>Awards</dt>
          <dd>
            <List entries={work.awards} size={sizeIn(work, 'awards')} />
          </dd>
        </>
      )}
      <Links work={work} />
      {work.categories.length + work.keywords.length > 0 && (
        <>
          <dt>Keywords</dt>
          <dd>
            <List
              entries={[...work.categories, ...work.keywords]}
              size={sizeIn(work, 'categories') + sizeIn(work, 'keywords')}
            />
          </dd>
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
          <dd dir="auto">{work.comment}</dd>
        </>
      )}
      <dt>Sources</dt>
      <dd>
        <List
          entries={work.sources.map(({ source, id }) => (id === '' ? source : `${source} ${id}`))}
          size={sizeIn(work, 'sources')}
        />
      </dd>
    </dl>
  );
}

function Links({ work }: { readonly work: BoundedWork }) {
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

/** Addresses of other sites, http(s) only: a source could state an address that runs a script. */
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
function CitationTags({ work }: { readonly work: BoundedWork }) {
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
