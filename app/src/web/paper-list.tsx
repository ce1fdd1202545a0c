// The papers of a day, week or month: a lead, then cards, then lines, so that a long list ends within reach.

import type { BoundedWork } from '../output/bounds.ts';
import { Card, Line } from './card.tsx';

/** Papers with a claim; those behind them are lines. */
const CARDS = 12;

export interface PaperListProps {
  readonly works: readonly BoundedWork[];
  /** Papers before the first one here. Without any the first one leads. Default 0. */
  readonly offset?: number;
  /** Default 2. */
  readonly level?: 2 | 3;
  /** The day of the page: a paper published on it does not repeat it. */
  readonly day?: string;
  /** One more fact about each paper. */
  readonly note?: (work: BoundedWork) => string | undefined;
}

export function PaperList({ works, offset = 0, level = 2, day, note = () => undefined }: PaperListProps) {
  const leads = offset === 0 && works.length > 2 ? 1 : 0;
  const cards = offset === 0 ? CARDS : 0;
  const plain = works.some(({ upvotes }) => upvotes > 0) ? '' : ' unvoted';
  const propsOf = (work: BoundedWork) => {
    const found = note(work);
    return { work, level, ...(found !== undefined && { note: found }) };
  };
  const [lead, rest, lines] = [works.slice(0, leads), works.slice(leads, cards), works.slice(Math.max(leads, cards))];
  return (
    <>
      {lead.length > 0 && (
        <ol class={`papers leading${plain}`}>
          {lead.map((work) => (
            <Card {...propsOf(work)} showsDate={work.published?.date !== day} isLead />
          ))}
        </ol>
      )}
      {rest.length > 0 && (
        <ol class={`papers cards${plain}`} start={offset + leads + 1}>
          {rest.map((work) => (
            <Card {...propsOf(work)} showsDate={work.published?.date !== day} />
          ))}
        </ol>
      )}
      {lines.length > 0 && (
        <ol class={`papers lines${plain}`} start={offset + Math.max(leads, cards) + 1}>
          {lines.map((work) => (
            <Line {...propsOf(work)} />
          ))}
        </ol>
      )}
    </>
  );
}
