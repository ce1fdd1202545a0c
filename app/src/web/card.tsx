// One paper in a list: title, the best sentence or the opening of the abstract, people, date, labels.

import type { Child } from 'hono/jsx';
import { paperPath, type Work } from '../papers/index.ts';
import type { Excerpt, Reason } from '../services/services.ts';
import { counted, inWords, opening, people } from './wording.ts';

const LABELS: Readonly<Partial<Record<Reason, string>>> = {
  id: 'exact id',
  title: 'exact title',
  phrase: 'exact phrase',
  author: 'author',
  meaning: 'found by meaning alone',
};

export interface CardProps {
  readonly work: Work;
  /** Level of the title's heading on this page. Default 2. */
  readonly level?: 2 | 3;
  readonly sentence?: Excerpt | undefined;
  readonly reason?: Reason;
}

export function Card({ work, level = 2, sentence, reason }: CardProps) {
  const Heading = level === 2 ? 'h2' : 'h3';
  const shown = sentence?.text ?? opening(work.abstract);
  return (
    <li>
      <article class="paper">
        <Heading>
          <a href={paperPath(work.key)}>{work.title}</a>
        </Heading>
        {shown !== '' && <p class="best">{sentence === undefined ? shown : <Marked excerpt={sentence} />}</p>}
        {work.abstract.length > shown.length + 2 && (
          <details>
            <summary>Whole abstract</summary>
            <p>{work.abstract}</p>
          </details>
        )}
        <ul class="meta">
          {reason !== undefined && LABELS[reason] !== undefined && (
            <li>
              <span class={reason === 'meaning' ? 'chip meaning' : 'chip'}>{LABELS[reason]}</span>
            </li>
          )}
          <Facts work={work} />
        </ul>
      </article>
    </li>
  );
}

function Facts({ work }: { readonly work: Work }) {
  const who = people(work);
  const venue = work.venue !== undefined && work.venue.toLowerCase() !== 'arxiv' ? work.venue : undefined;
  return (
    <>
      {who !== undefined && <li>{work.authors.length === 0 ? who : <span title={names(work.authors)}>{who}</span>}</li>}
      {work.published !== undefined && (
        <li>
          <time datetime={work.published.date}>{inWords(work.published)}</time>
        </li>
      )}
      {venue !== undefined && <li>{venue}</li>}
      {work.upvotes > 0 && <li>{counted(work.upvotes, 'vote')}</li>}
      {work.comments > 0 && <li>{counted(work.comments, 'comment')}</li>}
      {work.github !== undefined && <li>code</li>}
    </>
  );
}

/** Text with its matches marked. */
export function Marked({ excerpt }: { readonly excerpt: Excerpt }) {
  const parts: Child[] = [];
  let at = 0;
  for (const [start, end] of excerpt.marks) {
    if (start > at) parts.push(excerpt.text.slice(at, start));
    parts.push(<mark>{excerpt.text.slice(start, end)}</mark>);
    at = end;
  }
  if (at < excerpt.text.length) parts.push(excerpt.text.slice(at));
  return <>{parts}</>;
}

/** At most eight names, and how many more there are. */
function names(authors: readonly string[]): string {
  const shown = authors.slice(0, 8).join(', ');
  return authors.length > 8 ? `${shown} and ${authors.length - 8} more` : shown;
}
