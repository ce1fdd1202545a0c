// Works as `quire works --jsonl` prints them, and the rule for training on one: its text is under CC0 or CC BY, it is on
// the train side, no work on another side has its title, and no benchmark that we report contains it.

import { EngineError } from '@quire/engine/core';
import { type Side, sideOf } from '../split.ts';

/** The fields of a work that training reads. */
export interface TrainingWork {
  readonly key: string;
  readonly title: string;
  /** '' when the work has none. */
  readonly abstract: string;
  /** The source of title and abstract; it determines the licence. */
  readonly textSource: string;
  readonly year: number | undefined;
}

/** First year from which the ACL Anthology is CC BY. */
const ACL_CC_BY_FROM = 2016;

/** One line of the file. Throws PARSE_FAILED, naming the line. */
export function parseWork(line: string, number: number): TrainingWork {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new EngineError('PARSE_FAILED', `Line ${number} of the works is not JSON`, { cause });
  }
  const { key, title, abstract, textSource, year } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof key !== 'string' || key === '' || typeof title !== 'string' || typeof textSource !== 'string') {
    throw new EngineError('PARSE_FAILED', `Line ${number} of the works lacks key, title or textSource`, {
      hint: 'Write the file with: quire works FILE... --jsonl',
    });
  }
  return {
    key,
    title,
    abstract: typeof abstract === 'string' ? abstract : '',
    textSource,
    year: typeof year === 'number' ? year : undefined,
  };
}

/** arXiv metadata is CC0; the ACL Anthology is CC BY from 2016. No other source states a licence that permits this. */
export function isLicensed({ textSource, year }: TrainingWork): boolean {
  return textSource === 'arxiv' || (textSource === 'acl-anthology' && year !== undefined && year >= ACL_CC_BY_FROM);
}

/** A title without case, accents, punctuation and spacing. Two works with equal title keys count as one paper. */
export function titleKey(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** 'taken', or the reason for which a work is not trained on. */
export type Verdict =
  | 'taken'
  | 'other side'
  | 'no abstract'
  | 'not licensed'
  | 'twin of a held-out work'
  | 'in a benchmark';

/** The titles that exclude a work from training. */
export interface TrainingRule {
  /** Normalised titles (titleKey) of works on the dev and test sides. */
  readonly heldOutTitles: ReadonlySet<string>;
  /** Normalised titles of the documents of every benchmark that is reported. */
  readonly benchmarkTitles: ReadonlySet<string>;
}

export function judge(work: TrainingWork, rule: TrainingRule): Verdict {
  if (sideOf(work.key) !== 'train') return 'other side';
  if (!isLicensed(work)) return 'not licensed';
  if (work.abstract === '') return 'no abstract';
  const title = titleKey(work.title);
  if (rule.heldOutTitles.has(title)) return 'twin of a held-out work';
  return rule.benchmarkTitles.has(title) ? 'in a benchmark' : 'taken';
}

/** The side on which a work is used for measuring. Works need an abstract; dev and test accept every source. */
export function heldOutSide(work: TrainingWork): Exclude<Side, 'train'> | undefined {
  const side = sideOf(work.key);
  return side === 'train' || work.abstract === '' ? undefined : side;
}
