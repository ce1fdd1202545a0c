// One paper: title, people, abstract, where it is, how to cite it, and the papers near it.

import { type BoundedWork, bounded, OTHERS, PAGE } from '../output/bounds.ts';
import { claimOf } from '../output/claim.ts';
import { counted } from '../output/numbers.ts';
import { plainText } from '../output/tex.ts';
import type { PaperView, SimilarPage } from '../services/index.ts';
import { Card, Line } from './card.tsx';
import { isWithdrawn, Votes } from './card-parts.tsx';
import { DamageNote } from './damage-note.tsx';
import { page } from './layout.tsx';
import { Authors, Cite, FactList, Links, Machines } from './paper-facts.tsx';
import { PaperHead } from './paper-head.tsx';
import { Similar, type SimilarChoice } from './similar.tsx';
import type { Site } from './site.ts';
import { Tex } from './text.tsx';

export interface PaperProps {
  readonly view: PaperView;
  readonly near?: SimilarPage | undefined;
  /** How the reader narrows and orders the papers near it. */
  readonly choice: SimilarChoice;
  /** More papers by its first or last author. */
  readonly byAuthors?: { readonly author: string; readonly works: readonly BoundedWork[] } | undefined;
}

export function paperPage(site: Site, { view, near, choice, byAuthors }: PaperProps) {
  const { work: whole, others, damaged = [] } = view;
  const problems = [...new Set([...damaged, ...(near?.damaged ?? [])])];
  const work = bounded(whole, PAGE);
  return page({
    site,
    title: plainText(work.title),
    head: <PaperHead work={work} site={site} />,
    rail: (
      <>
        <FactList work={work} />
        <Cite work={work} />
        <Machines work={work} />
      </>
    ),
    children: (
      <>
        <article class="paper whole" data-original={work.arxivId && `https://arxiv.org/abs/${work.arxivId}`}>
          <Votes work={work} />
          <h1 dir="auto">
            <Tex text={work.title} />
          </h1>
          {isWithdrawn(work) && <p class="note">This paper was withdrawn.</p>}
          <Authors work={work} />
          <Links work={work} />
          {work.tldr !== undefined && (
            <p class="claim">
              <span class="label">TL;DR</span>
              <span dir="auto">
                <Tex text={work.tldr} />
              </span>
            </p>
          )}
          <Abstract work={work} />
        </article>
        <DamageNote damaged={problems} />
        {others.length > 0 && (
          <section>
            <h2>Other papers with the same id</h2>
            {others.length >= OTHERS && <p class="introduction">The first {OTHERS} are listed.</p>}
            <ol class="papers cards single unvoted">
              {others.map((other) => (
                <Card work={other} level={3} />
              ))}
            </ol>
          </section>
        )}
        {near !== undefined && <Similar work={work} near={near} choice={choice} />}
        {byAuthors !== undefined && byAuthors.works.length > 0 && (
          <section id="authors">
            <h2>
              More by{' '}
              <a href={`/search?${new URLSearchParams({ q: `au:"${byAuthors.author.replaceAll('"', '')}"` })}`}>
                <bdi>{byAuthors.author}</bdi>
              </a>
            </h2>
            <ol class="papers lines unvoted">
              {byAuthors.works.map((other) => (
                <Line work={other} level={3} />
              ))}
            </ol>
          </section>
        )}
      </>
    ),
  });
}

/** The abstract. Where no source states the claim, the sentence that does is marked. */
function Abstract({ work }: { readonly work: BoundedWork }) {
  if (work.abstract === '') return <p class="introduction">No abstract is known.</p>;
  const size = work.cut?.abstract;
  const claim = work.tldr === undefined ? claimOf(work.abstract) : '';
  const start = claim.length > work.abstract.length * 0.8 ? -1 : work.abstract.indexOf(claim);
  return (
    <>
      <h2 class="hidden">Abstract</h2>
      <p class="abstract" dir="auto">
        <Tex text={work.abstract} marks={start < 0 || claim === '' ? [] : [[start, start + claim.length]]} />
      </p>
      {size !== undefined && <p class="introduction">The abstract is cut here; it has {counted(size, 'character')}.</p>}
    </>
  );
}
