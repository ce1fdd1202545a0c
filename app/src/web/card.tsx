// One paper in a list: title, the best sentence or the opening of the abstract, people, date, labels.

import type { Child } from 'hono/jsx';
import { type BoundedWork, sizeIn } from '../output/bounds.ts';
import { counted } from '../output/numbers.ts';
import { paperPath } from '../papers/index.ts';
import type { Excerpt, Reason } from '../services/index.ts';
import { Data } from './text.tsx';
import { inWords, opening, people } from './wording.ts';

const LABELS: Readonly<Partial<Record<Reason, string>>> = {
  id: 'exact id',
  title: 'exact title',
  phrase: 'exact phrase',
  author: 'author',
  meaning: 'found by meaning alone',
};

export interface CardProps {
  readonly work: BoundedWork;
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
          <a href={paperPath(work.key)} dir="auto">
            {work.title}
          </a>
        </Heading>
        {shown !== '' && (
          <p class="best" dir="auto">
            {sentence === undefined ? shown : <Marked excerpt={sentence} />}
          </p>
        )}
        {work.abstract.length > shown.length + 2 && (
          <details>
            <summary>Whole abstract</summary>
            <p dir="auto">{work.abstract}</p>
            {work.cut?.abstract !== undefined && <p>The page of the paper shows more.</p>}
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

function Facts({ work }: { readonly work: BoundedWork }) {
  const who = people(work);
  const venue = work.venue !== undefined && work.venue.toLowerCase() !== 'arxiv' ? work.venue : undefined;
  return (
    <>
      {who !== undefined && (
        <li>{work.authors.length === 0 ? <Data>{who}</Data> : <bdi title={names(work)}>{who}</bdi>}</li>
      )}
      {work.published !== undefined && (
        <li>
          <time datetime={work.published.date}>{inWords(work.published)}</time>
        </li>
      )}
      {venue !== undefined && (
        <li>
          <Data>{venue}</Data>
        </li>
      )}
      {work.upvotes > 0 && <li>{counted(work.upvotes, 'vote')}</li>}
      {work.comments > 0 && <li>{counted(work.comments, 'comment')}</li>}
      {work.github !== undefined && <li>code</li>}
    </>
  );
}

/** Text with its matches marked. */
function Marked({ excerpt }: { readonly excerpt: Excerpt }) {
  const pieces: Child[] = [];
  let at = 0;
  for (const [start, end] of excerpt.marks) {
    if (start > at) pieces.push(excerpt.text.slice(at, start));
    pieces.push(<mark>{excerpt.text.slice(start, end)}</mark>);
    at = end;
  }
  if (at < excerpt.text.length) pieces.push(excerpt.text.slice(at));
  return <>{pieces}</>;
}

/** At most eight names, and how many more there are. */
function names(work: BoundedWork): string {
  const shown = work.authors.slice(0, 8).join(', ');
  const size = sizeIn(work, 'authors');
  return size > 8 ? `${shown} and ${size - 8} more` : shown;
}
