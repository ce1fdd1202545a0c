// One paper in a list. Three sizes: the lead of a day, a card, and a line. All have the same parts in the same order, so
// that they read alike and the keys of the site find them.

import { type BoundedWork, SENTENCE } from '../output/bounds.ts';
import { cutAt } from '../output/characters.ts';
import { claimOf } from '../output/claim.ts';
import { paperPath, type Work } from '../papers/index.ts';
import type { Excerpt, Reason } from '../services/index.ts';
import { Abstract, Facts, isWeb, People, Topic, Votes } from './card-parts.tsx';
import { Data, Tex } from './text.tsx';
import { bylineOf } from './wording.ts';

const LABELS: Readonly<Partial<Record<Reason, string>>> = {
  id: 'exact id',
  title: 'exact title',
  phrase: 'exact phrase',
  author: 'author',
  similar: 'similar',
  meaning: 'by meaning',
};

export interface CardProps {
  readonly work: BoundedWork;
  /** Level of the title's heading on this page. Default 2. */
  readonly level?: 2 | 3;
  /** The lead of a list is larger. Default false. */
  readonly isLead?: boolean;
  /** Shown in place of the claim, with its marks. */
  readonly sentence?: Excerpt | undefined;
  readonly reason?: Reason;
  /** One more fact: why it trends. */
  readonly note?: string;
  /** Not on the page of a day, which has the date already. Default true. */
  readonly showsDate?: boolean;
}

export function Card({ work, level = 2, isLead = false, sentence, reason, note, showsDate = true }: CardProps) {
  const claim = sentence === undefined ? claimFor(work) : undefined;
  return (
    <li>
      <article class={isLead ? 'paper lead' : 'paper'} data-original={originalOf(work)}>
        <Votes work={work} />
        <Title work={work} level={level} />
        {sentence !== undefined && (
          <p class="claim" dir="auto">
            <Tex text={sentence.text} marks={sentence.marks} />
          </p>
        )}
        {claim !== undefined && claim.text !== '' && (
          <p class="claim">
            {claim.isSource && <span class="label">TL;DR</span>}
            <span dir="auto">
              <Tex text={claim.text} />
            </span>
          </p>
        )}
        <div class="under">
          <p class="people">
            <People work={work} />
          </p>
          <Facts
            work={work}
            showsDate={showsDate}
            before={
              <>
                {reason !== undefined && LABELS[reason] !== undefined && (
                  <li class={reason === 'meaning' ? 'badge meaning' : 'badge'}>{LABELS[reason]}</li>
                )}
                {note !== undefined && <li class="why">{note}</li>}
              </>
            }
          />
          <Abstract work={work} shown={(sentence?.text ?? (claim?.isSource === false ? claim.text : '')).length} />
        </div>
      </article>
    </li>
  );
}

/** One line: title, first author, topic. */
export function Line({ work, level = 3, note }: Pick<CardProps, 'work' | 'level' | 'note'>) {
  const { first, between, last } = bylineOf(work);
  return (
    <li>
      <article class="paper line" data-original={originalOf(work)}>
        <Votes work={work} />
        <Title work={work} level={level} />
        <p class="people">
          {first.length > 0 && <Data>{first[0]}</Data>}
          {first.length + between + (last === undefined ? 0 : 1) > 1 && ' et al.'} <Topic work={work} />
          {note !== undefined && <span class="why"> {note}</span>}
        </p>
      </article>
    </li>
  );
}

function Title({ work, level }: { readonly work: BoundedWork; readonly level: 2 | 3 }) {
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <Heading>
      <a href={paperPath(work.key)} dir="auto">
        <Tex text={work.title} />
      </a>
    </Heading>
  );
}

interface Claim {
  readonly text: string;
  /** A source states it; otherwise it is a sentence of the abstract. */
  readonly isSource: boolean;
}

/** What the paper does, in a sentence: as its source says, else as its abstract does. */
function claimFor({ tldr, abstract }: Work): Claim {
  if (tldr !== undefined) return { text: cutAt(tldr, SENTENCE), isSource: true };
  return { text: cutAt(claimOf(abstract), SENTENCE), isSource: false };
}

/** Where the paper itself is. */
function originalOf({ arxivId, doi, url }: Work): string | undefined {
  if (arxivId !== undefined) return `https://arxiv.org/abs/${arxivId}`;
  if (doi !== undefined) return `https://doi.org/${encodeURI(doi)}`;
  return isWeb(url) ? url : undefined;
}
