// The version of the fold that made the works in a store. It is not a number that a person increases: it is a digest of
// the fold of a fixed set of records. So a fold that gives other works has another version, and the works are made
// again.

import { foldRecords, identityOf, isRejected, readRecord, type SourceRecord, titleHash } from '../papers/index.ts';
import { foldDigest } from './checksum.ts';

/** Rows that use every field, every precision of a date, and every rule of the fold. */
const PROBES: readonly (readonly [source: string, row: Readonly<Record<string, unknown>>])[] = [
  [
    'arxiv',
    {
      id: '2503.11731v2',
      title: '  A  Probe: of “Every” Field ',
      abstract: 'One sentence.\nAnd another.',
      authors: ['Ada B. Probe', 'Cy D, Eve F'],
      published: '2025-03-18T12:00:00Z',
      url: 'https://arxiv.org/abs/2503.11731',
      doi: '10.48550/arXiv.2503.11731',
      keywords: ['cs.IR', 'retrieval'],
      comment: '12 pages',
      venue: 'arXiv',
    },
  ],
  [
    'hf-daily',
    {
      id: '2503.11731',
      title: 'A Probe: of "Every" Field',
      summary: 'Other words.',
      authorCount: 3,
      daily: '2025-03-20',
      upvotes: 7,
      comments: 2,
      organization: 'Probes',
      github: 'https://github.com/probe/probe',
      projectPage: 'https://probe.example',
      tldr: 'Short.',
    },
  ],
  [
    'acl-anthology',
    {
      id: 'p-1',
      title: 'A Month',
      authors: ['Ada Probe'],
      published: '2024-02',
      doi: '10.1000/PROBE.1',
      venue: 'ACL',
      awards: ['Best Paper'],
      citations: 5,
      status: 'published',
    },
  ],
  ['conferences', { id: 'c-1', title: 'A month!', authors: ['A. Probe'], published: '2024', doi: '10.1000/probe.1' }],
  ['conferences', { id: 'c-2', title: 'Contested One', authors: ['Gil H'], doi: '10.1000/probe.2', published: 2023 }],
  ['conferences', { id: 'c-2', title: 'Contested Two', authors: ['Gil H'], doi: '10.1000/probe.2' }],
  ['hf-daily', { id: 'c-3', title: 'A Month', authors: ['Zoe Z', 'Ada Probe'] }],
  ['mine', { title: '???' }],
];

let known: string | undefined;

export function foldVersion(): string {
  known ??= made();
  return known;
}

function made(): string {
  const records = PROBES.map(([source, row]) => readRecord(source, row)).filter(
    (record): record is SourceRecord => !isRejected(record),
  );
  return foldDigest([foldRecords(records), records.map((record) => [identityOf(record), titleHash(record)])]);
}
