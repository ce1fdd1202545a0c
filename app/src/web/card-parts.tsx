// The parts of a paper in a list: votes, people, facts, abstract.

import type { Child } from 'hono/jsx';
import type { BoundedWork } from '../output/bounds.ts';
import { counted, grouped } from '../output/numbers.ts';
import type { Work } from '../papers/index.ts';
import { Data, Tex } from './text.tsx';
import { topicOf } from './topics.ts';
import { bylineOf, inWords } from './wording.ts';

/** Where the votes of a paper were counted. */
function votesFrom({ sources }: Work): { readonly short: string; readonly long: string } {
  if (sources.some(({ source }) => source === 'hf-daily')) return { short: 'HF', long: 'on Hugging Face' };
  if (sources.some(({ source }) => source === 'sample')) return { short: 'sample', long: 'in the sample' };
  return { short: '', long: `in ${sources[0]?.source ?? 'its source'}` };
}

/** The count at the left of a paper. The place stays free where there is none. */
export function Votes({ work }: { readonly work: BoundedWork }) {
  if (work.upvotes === 0) return <p class="votes"></p>;
  const { short, long } = votesFrom(work);
  return (
    <p class="votes">
      <b>{grouped(work.upvotes)}</b>
      <span aria-hidden="true">
        <Data>{short}</Data>
      </span>
      <span class="hidden">
        {work.upvotes === 1 ? 'vote' : 'votes'} <Data>{long}</Data>
      </span>
    </p>
  );
}

/** "First, Second … Last · Organisation" */
export function People({ work }: { readonly work: BoundedWork }) {
  const { first, between, last } = bylineOf(work);
  if (first.length === 0) {
    if (work.organization !== undefined) return <Data>{work.organization}</Data>;
    return work.authorCount === undefined ? null : <>{counted(work.authorCount, 'author')}</>;
  }
  return (
    <>
      {first.map((name, i) => (
        <>
          {i > 0 && ', '}
          <Data>{name}</Data>
        </>
      ))}
      {between > 0 && last !== undefined && (
        <>
          <span aria-hidden="true"> … </span>
          <span class="hidden">, {grouped(between)} more, </span>
        </>
      )}
      {between === 0 && last !== undefined && ', '}
      {last !== undefined && <Data>{last}</Data>}
      {between > 0 && last === undefined && <> and {grouped(between)} more</>}
      {work.organization !== undefined && (
        <>
          {' · '}
          <Data>{work.organization}</Data>
        </>
      )}
    </>
  );
}

/** The first category as a chip with its name; the hue only repeats it. */
export function Topic({ work }: { readonly work: BoundedWork }) {
  const [code] = work.categories;
  if (code === undefined) return null;
  const { name, fullName, hue } = topicOf(code);
  return (
    <a class={`topic hue-${hue}`} href={`/search?${new URLSearchParams({ q: `cat:${code}` })}`} title={fullName}>
      <Data>{name}</Data>
    </a>
  );
}

/** Date, comments, topic and badges, each an item of the line below a paper. */
export interface FactsProps {
  readonly work: BoundedWork;
  readonly before?: Child;
  readonly showsDate: boolean;
}

export function Facts({ work, before, showsDate }: FactsProps) {
  const venue = work.venue !== undefined && work.venue.toLowerCase() !== 'arxiv' ? work.venue : undefined;
  return (
    <ul class="meta">
      {before}
      {showsDate && work.published !== undefined && (
        <li>
          <time datetime={work.published.date}>{inWords(work.published)}</time>
        </li>
      )}
      {work.comments > 0 && <li>{counted(work.comments, 'comment')}</li>}
      {work.categories.length > 0 && (
        <li>
          <Topic work={work} />
        </li>
      )}
      {venue !== undefined && (
        <li class="badge">
          <Data>{venue}</Data>
        </li>
      )}
      {isWeb(work.github) && (
        <li>
          <a class="badge" href={work.github} rel="noreferrer">
            code
          </a>
        </li>
      )}
      {isWithdrawn(work) && <li class="badge warn">withdrawn</li>}
    </ul>
  );
}

/** The whole abstract, in place. */
export function Abstract({ work, shown }: { readonly work: BoundedWork; readonly shown: number }) {
  if (work.abstract.length <= shown + 2) return null;
  return (
    <details>
      <summary>Abstract</summary>
      <p dir="auto">
        <Tex text={work.abstract} />
      </p>
      {work.cut?.abstract !== undefined && <p>The page of the paper shows more.</p>}
    </details>
  );
}

/** An address of the web: a source could state one that runs a script. */
export function isWeb(url: string | undefined): url is string {
  return url !== undefined && /^https?:\/\//i.test(url);
}

export function isWithdrawn({ status, comment, title }: Work): boolean {
  return (
    /^withdrawn\b/i.test(status ?? '') ||
    /^(?:this (?:paper|article) (?:has been|is) )?withdrawn\b/i.test(comment ?? title)
  );
}
