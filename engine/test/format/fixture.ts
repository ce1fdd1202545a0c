// The library that is committed as a fixture of the format, and the questions whose answers are committed with it. Text
// and vectors are our own, drawn by a seed: `QUIRE_WRITE_FIXTURES=1 npx vitest run engine/test/format` writes it again.

import { type DenseRep, type LexicalQuery, plainFingerprint } from '@quire/engine/core';
import { termsEncoder } from '@quire/engine/encoders';
import { binary, flat, inverted, ivf } from '@quire/engine/indexes';
import { Rng } from '@quire/engine/internals';
import { type Directory, FORMAT_VERSION, openLibrary } from '@quire/engine/storage';
import { english } from '@quire/engine/text';

const SPACE = 'fixture/32';
const DIM = 32;
const WORDS = `dense sparse retrieval of papers by meaning late interaction learned index compression with codes for
  neural ranking models trained on passages questions answers 漢字 naïve 😀 searching searched search`.split(/\s+/);

/** `version`: of the format that the library was written in; parts that came later are not in it. */
export function openFixture(
  directory: Directory,
  { version = FORMAT_VERSION, ...options }: { readonly readOnly?: boolean; readonly version?: number } = {},
) {
  const encoder = termsEncoder(english(), { fields: ['title', 'abstract'] });
  const parts = {
    terms: inverted({ space: encoder.space, fields: { title: 2, abstract: 1 } }),
    flat: flat({ space: SPACE, dim: DIM }),
    binary: binary({ space: SPACE, dim: DIM, vectors: 'int8' }),
    ivf: ivf({ space: SPACE, dim: DIM }),
  };
  const later =
    version >= 2
      ? {
          half: flat({ space: SPACE, dim: DIM, vectors: 'f16' }),
          codes: binary({ space: SPACE, dim: DIM, vectors: 'none' }),
        }
      : {};
  return openLibrary(directory, {
    schema: {
      fields: { title: { stored: true }, abstract: {} },
      columns: { year: 'number', venue: 'keyword', tags: 'keywords', open: 'boolean' },
    },
    parts: { ...parts, ...later } as typeof parts, // the others are asked by name
    autoMerge: false,
    ...options,
  });
}

type FixtureLibrary = Awaited<ReturnType<typeof openFixture>>;

/** Three commits, a merge, deletes, a replacement; documents without some of their representations. */
export async function fillFixture(library: FixtureLibrary): Promise<void> {
  const encoder = termsEncoder(english(), { fields: ['title', 'abstract'] });
  const writer = await library.writer();
  for (let i = 0; i < 150; i++) {
    const rng = new Rng(i);
    const text = (words: number) => Array.from({ length: words }, () => rng.pick(WORDS)).join(' ');
    const fields = { title: text(4), abstract: text(20 + rng.below(30)) };
    const columns = {
      ...(i % 7 > 0 && { year: 2000 + (i % 25) }),
      venue: `venue ${i % 4}`,
      tags: [`t${i % 3}`, `t${i % 5}`],
      open: i % 2 === 0,
    };
    const [terms] = await encoder.encodeDocuments([fields]);
    const dense = i % 11 === 10 ? undefined : vector(i === 100 ? 'zero' : i);
    const reps = {
      ...(terms && { terms }),
      ...(dense && { flat: dense, binary: dense, ivf: dense, half: dense, codes: dense }),
    };
    await writer.add({ id: i % 10 === 0 ? `ünï/${i} 😀` : `paper-${i}`, fields, columns }, reps);
    if (i === 40 || i === 80) (await writer.commit({ change: i })).release();
    if (i === 80) await writer.mergeAll();
  }
  await writer.delete('paper-3');
  await writer.replace({ id: 'paper-5', fields: { title: 'replaced', abstract: 'by this' } }, { flat: vector(1005) });
  (await writer.commit({ change: 150 })).release();
  await writer.close();
}

/** Since version 2 a vector of zeros is no vector. */
function vector(seed: number | 'zero'): DenseRep {
  const rng = new Rng(seed === 'zero' ? 0 : seed + 7000);
  return {
    kind: 'dense',
    space: SPACE,
    fingerprint: plainFingerprint(SPACE, 'document'),
    vec: Float32Array.from({ length: DIM }, () => (seed === 'zero' ? 0 : (rng.below(2001) - 1000) / 1024)),
  };
}

/** JSON of everything a fixed set of questions brings to light; scores to the last bit. */
export async function askFixture(library: FixtureLibrary, version = FORMAT_VERSION): Promise<unknown> {
  const encoder = termsEncoder(english(), { fields: ['title', 'abstract'] });
  const snapshot = library.snapshot();
  const trees: readonly LexicalQuery[] = [
    { type: 'or', clauses: ['dens', 'retriev', 'search', '漢'].map((term) => ({ type: 'term', term })) },
    {
      type: 'and',
      clauses: [
        { type: 'term', term: 'paper' },
        { type: 'not', clause: { type: 'term', term: 'code' } },
      ],
    },
    { type: 'field', field: 'abstract', query: { type: 'phrase', terms: ['late', 'interact'] } },
    {
      type: 'or',
      clauses: [
        { type: 'prefix', prefix: 'comp' },
        { type: 'fuzzy', term: 'passge', distance: 1 },
      ],
    },
  ];
  const filter = {
    op: 'and',
    filters: [
      { op: 'range', column: 'year', gte: 2010 },
      { op: 'is', column: 'tags', value: 't1' },
    ],
  } as const;
  const lexical = [];
  for (const tree of trees) lexical.push(await snapshot.part('terms').search(encoder.query(tree), 8));
  const dense = [];
  const later = version >= 2 ? ['half' as 'flat', 'codes' as 'flat'] : []; // parts like it
  for (const part of ['flat', 'binary', 'ivf', ...later] as const) {
    dense.push(
      await snapshot.part(part).search(vector(1), 8),
      await snapshot.part(part).search(vector(2), 5, { filter }),
    );
  }
  const answers = {
    generation: snapshot.generation,
    metadata: snapshot.metadata,
    segments: snapshot.segments.map(({ size, deleted }) => ({ size, deleted })),
    lexical,
    dense,
    ids: await snapshot.ids({ filter }),
    venues: await snapshot.facet('venue'),
    newest: await snapshot.sorted('year', { descending: true, limit: 5 }),
    documents: [
      await snapshot.get('ünï/20 😀'),
      await snapshot.get('paper-5'),
      (await snapshot.get('paper-3')) ?? null,
    ],
  };
  snapshot.release();
  return JSON.parse(JSON.stringify(answers));
}
