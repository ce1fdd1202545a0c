// The facts of a paper on its page: authors, links, dates, categories, citation, and its forms for programs.

import type { Child } from 'hono/jsx';
import { type BoundedWork, sizeIn } from '../output/bounds.ts';
import { counted, grouped } from '../output/numbers.ts';
import { monthOf, paperPath, type Work, weekOf } from '../papers/index.ts';
import { isWeb } from './card-parts.tsx';
import { Data, List, More } from './text.tsx';
import { topicOf } from './topics.ts';
import { dayInWords, inWords, people, weekInWords } from './wording.ts';

/** Authors that are shown at once: of a longer list the first and the last, and the others on demand. */
const [FIRST, LAST] = [8, 2];

export function Authors({ work }: { readonly work: BoundedWork }) {
  const { authors } = work;
  const who = people(work);
  if (authors.length === 0)
    return who === undefined ? null : (
      <p class="authors">
        <Data>{who}</Data>
      </p>
    );
  const isLong = authors.length > FIRST + LAST + 2;
  const organization = work.organization !== undefined && (
    <>
      {' · '}
      <Data>{work.organization}</Data>
    </>
  );
  if (!isLong)
    return (
      <p class="authors">
        <Names names={authors} />
        <More shown={authors.length} size={sizeIn(work, 'authors')} />
        {organization}
      </p>
    );
  const between = authors.slice(FIRST, -LAST);
  const isCut = sizeIn(work, 'authors') > authors.length;
  return (
    <div class="authors">
      <Names names={authors.slice(0, FIRST)} />
      <details class="inline">
        <summary>
          {isCut ? `and ${grouped(sizeIn(work, 'authors') - FIRST)} more` : `and ${grouped(between.length)} more`}
        </summary>{' '}
        <List
          entries={isCut ? authors.slice(FIRST) : between}
          size={isCut ? sizeIn(work, 'authors') - FIRST : between.length}
        />
      </details>
      {!isCut && <Names names={authors.slice(-LAST)} />}
      {organization}
    </div>
  );
}

function Names({ names }: { readonly names: readonly string[] }) {
  return (
    <>
      {names.map((name, i) => (
        <>
          {i > 0 && ', '}
          <a href={`/search?${new URLSearchParams({ q: `au:"${name.replaceAll('"', '')}"` })}`}>
            <Data>{name}</Data>
          </a>
        </>
      ))}
    </>
  );
}

export function Links({ work }: { readonly work: BoundedWork }) {
  const links = linksOf(work);
  if (links.length === 0) return null;
  return (
    <ul class="links">
      {links.map(([name, url]) => (
        <li>
          <a href={url} rel="noreferrer">
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Addresses of other sites, http(s) only: a source could state an address that runs a script. */
export function linksOf(work: Work): readonly (readonly [name: string, url: string])[] {
  const links: [string, string][] = [];
  if (work.arxivId !== undefined) {
    links.push(
      ['arXiv', `https://arxiv.org/abs/${work.arxivId}`],
      ['PDF', `https://arxiv.org/pdf/${work.arxivId}`],
      ['HTML', `https://arxiv.org/html/${work.arxivId}`],
    );
  }
  if (work.doi !== undefined) links.push(['DOI', `https://doi.org/${encodeURI(work.doi)}`]);
  if (work.arxivId !== undefined && work.sources.some(({ source }) => source === 'hf-daily'))
    links.push(['Hugging Face', `https://huggingface.co/papers/${work.arxivId}`]);
  for (const [name, url] of [
    ['Page', work.url],
    ['Code', work.github],
    ['Project', work.projectPage],
  ] as const) {
    if (isWeb(url) && !links.some(([, known]) => known === url)) links.push([name, url]);
  }
  return links;
}

export function FactList({ work }: { readonly work: BoundedWork }) {
  const { day } = work;
  return (
    <section>
      <h2>About this paper</h2>
      <dl class="facts">
        {work.published !== undefined && (
          <Fact name="Published">
            <time datetime={work.published.date}>{inWords(work.published)}</time>
          </Fact>
        )}
        {day !== undefined && (
          <Fact name="Lists">
            <a href={`/papers/date/${day}`}>{dayInWords(day)}</a>
            <br />
            <a href={`/papers/week/${weekOf(day)}`}>{weekInWords(weekOf(day))}</a>
            {' · '}
            <a href={`/papers/month/${monthOf(day)}`}>Month</a>
          </Fact>
        )}
        {work.venue !== undefined && (
          <Fact name="Venue">
            <List entries={[work.venue, work.status].filter((entry) => entry !== undefined)} />
          </Fact>
        )}
        {work.awards.length > 0 && (
          <Fact name="Awards">
            <List entries={work.awards} size={sizeIn(work, 'awards')} />
          </Fact>
        )}
        {work.categories.length > 0 && (
          <Fact name="Topics">
            <ul class="plain">
              {work.categories.map((code) => (
                <li>
                  <a
                    class={`topic hue-${topicOf(code).hue}`}
                    href={`/search?${new URLSearchParams({ q: `cat:${code}` })}`}
                  >
                    <Data>{topicOf(code).fullName}</Data>
                  </a>
                </li>
              ))}
            </ul>
            <More shown={work.categories.length} size={sizeIn(work, 'categories')} />
          </Fact>
        )}
        {work.keywords.length > 0 && (
          <Fact name="Keywords">
            <List entries={work.keywords} size={sizeIn(work, 'keywords')} />
          </Fact>
        )}
        {work.citations !== undefined && <Fact name="Citations">{grouped(work.citations)}</Fact>}
        {work.comments > 0 && <Fact name="Comments">{counted(work.comments, 'comment')} at its source</Fact>}
        {work.comment !== undefined && (
          <Fact name="Authors’ note">
            <span dir="auto">{work.comment}</span>
          </Fact>
        )}
        <Fact name="History">
          <List
            entries={work.sources.map(({ source, id }) => (id === '' ? source : `${source} ${id}`))}
            size={sizeIn(work, 'sources')}
          />
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children?: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The citation in words; files of it come from app/src/formats. */
export function Cite({ work }: { readonly work: BoundedWork }) {
  const { authors, authorCount = 0 } = work;
  const names = authors.length > 6 ? [...authors.slice(0, 3), 'et al.'] : authors;
  const where = work.venue ?? (work.arxivId === undefined ? undefined : 'arXiv');
  const parts = [
    names.join(', ') || (authorCount > 0 ? counted(authorCount, 'author') : ''),
    work.title,
    [where, work.arxivId && `arXiv:${work.arxivId}`].filter((each) => each !== undefined).join(', '),
    work.year === undefined ? '' : String(work.year),
  ].filter((part) => part !== '');
  return (
    <section>
      <h2>Cite</h2>
      <p class="citation" id="citation" dir="auto">
        {parts.map((part) => `${part.replace(/\.$/, '')}.`).join(' ')}
      </p>
      <p>
        <button type="button" class="small" data-copy="citation" hidden>
          Copy
        </button>
      </p>
    </section>
  );
}

/** The paper for programs. */
export function Machines({ work }: { readonly work: BoundedWork }) {
  const name = paperPath(work.key);
  const api = name.startsWith('/papers/')
    ? `/api/v1${name}`
    : `/api/v1/paper?id=${encodeURIComponent(work.key.toWellFormed())}`;
  return (
    <section>
      <h2>For programs</h2>
      <ul class="links">
        <li>
          <a href={api}>JSON</a>
        </li>
        <li>
          <a href={`/api/v1/paper/ranking?id=${encodeURIComponent(work.key.toWellFormed())}`}>Ranking</a>
        </li>
      </ul>
    </section>
  );
}
