// What trends: interest that ages. The formula stands on the page, and each paper states its numbers.

import { counted, grouped } from '../output/numbers.ts';
import { RANKING } from '../papers/index.ts';
import type { TrendingHit, TrendingPage } from '../services/index.ts';
import { Card, Line } from './card.tsx';
import { DamageNote } from './damage-note.tsx';
import { page } from './layout.tsx';
import { Pages } from './pages.tsx';
import type { Site } from './site.ts';
import { dayInWords } from './wording.ts';

/** Calendar days that the page can look back. */
export const PERIODS = [3, 7, 28] as const;
const CARDS = 12;

export function trendingPage(site: Site, found: TrendingPage) {
  const at = (days: number, offset = 0) => `/papers/trending?days=${days}${offset > 0 ? `&offset=${offset}` : ''}`;
  const cards = found.offset === 0 ? CARDS : 0;
  return page({
    site,
    title: 'Trending',
    current: 'trending',
    rail: <Formula withPrior={found.withPrior} />,
    children: (
      <>
        <header class="heading">
          <h1>Trending</h1>
          <p>{found.asOf !== undefined && `on ${dayInWords(found.asOf)}, the newest day`}</p>
          <ul class="choices" aria-label="Papers listed within">
            {PERIODS.map((days) => (
              <li>
                <a href={at(days)} aria-current={days === found.days ? 'true' : undefined}>
                  {days} days
                </a>
              </li>
            ))}
          </ul>
        </header>
        <DamageNote damaged={found.damaged} />
        {found.hits.length === 0 && (
          <div class="empty-list">
            <p>Nothing trends: no paper of these days has a vote, a comment or a save.</p>
          </div>
        )}
        <ol class="papers cards" start={found.offset + 1}>
          {found.hits.slice(0, cards).map((hit) => (
            <Card work={hit.work} note={noteOf(hit)} />
          ))}
        </ol>
        {found.hits.length > cards && (
          <ol class="papers lines" start={found.offset + cards + 1}>
            {found.hits.slice(cards).map((hit) => (
              <Line work={hit.work} level={2} note={noteOf(hit)} />
            ))}
          </ol>
        )}
        <Pages offset={found.offset} limit={found.limit} total={found.total} at={(offset) => at(found.days, offset)} />
      </>
    ),
  });
}

function Formula({ withPrior }: { readonly withPrior: boolean }) {
  return (
    <section class="words">
      <h2>How it is ranked</h2>
      <p class="formula">
        hot = log<sub>2</sub>(1 + s) − age / {RANKING.daysPerDoubling}
      </p>
      <p>
        Each doubling of interest is worth {RANKING.daysPerDoubling} announcement days.{' '}
        <a href="/about/ranking">How papers are ranked</a>
      </p>
      {withPrior && (
        <p>
          Few readers have voted here yet, so votes of the papers’ sources count at one third. A paper names where its
          votes are from.
        </p>
      )}
      <p>
        <a href="/api/v1/papers/trending">The numbers of each paper, as JSON</a>
      </p>
    </section>
  );
}

function noteOf({ ranking: { hot, age } }: TrendingHit): string {
  return `hot ${hot.toFixed(2)} · ${age === 0 ? 'new' : `${counted(age, 'day')} old`}`;
}

/** /about/ranking */
export function rankingPage(site: Site) {
  const { commenter, mostCommenters, save, mostSaves, daysPerDoubling, fewVoters, longest } = RANKING;
  return page({
    site,
    title: 'How papers are ranked',
    children: (
      <article class="reading">
        <h1>How papers are ranked</h1>
        <p>Every list of this site has one order, and every order is a formula. There is no other.</p>
        <h2>A day, a week, a month</h2>
        <p>
          Papers stand by their interest <i>s</i>; then by comments, by date, and by their key. Nothing ages: the page
          of a day is the same next year.
        </p>
        <p class="formula">
          s = votes + {commenter} · min(commenters, {mostCommenters}) + {save} · min(saves, {mostSaves})
        </p>
        <p>
          While no reader of this site has voted on a paper of the list, the votes that its source counted order the
          list. They are shown with the name of that source.
        </p>
        <h2>Trending</h2>
        <p class="formula">
          hot = log<sub>2</sub>(1 + s) − age / {daysPerDoubling}
        </p>
        <p>
          The age is counted in announcement days since the paper was listed here: Monday to Friday, without arXiv’s
          holidays. In words: each doubling of interest is worth {daysPerDoubling} days. After {longest} announcement
          days a paper leaves the list.
        </p>
        <h2>On a quiet site</h2>
        <p>
          With fewer than {fewVoters} voters, votes mean little. Then the votes that sources counted join <i>s</i> at
          one third, and the page says so. They never join it elsewhere.
        </p>
        <h2>What a paper’s numbers are</h2>
        <p>
          <code>/api/v1/paper/ranking?id=ID</code> has the inputs and the result for each paper, for example{' '}
          <a href="/api/v1/papers/trending">all that trends now</a>.
        </p>
        <table>
          <caption>Interest and age beside each other</caption>
          <thead>
            <tr>
              <th scope="col">Interest</th>
              <th scope="col">Age, days</th>
              <th scope="col">Hot</th>
              <th scope="col">As much as a new paper with</th>
            </tr>
          </thead>
          <tbody>
            {EXAMPLES.map(([s, age]) => {
              const value = Math.log2(1 + s) - age / daysPerDoubling;
              return (
                <tr>
                  <td>{s}</td>
                  <td>{age}</td>
                  <td>{value.toFixed(2)}</td>
                  <td>{grouped(Math.round(2 ** value - 1))}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <h2>Changes of the formula</h2>
        <p>None since the first version.</p>
      </article>
    ),
  });
}

const EXAMPLES = [
  [8, 0],
  [20, 1],
  [60, 3],
  [150, 4],
  [150, 7],
  [400, 10],
] as const;
