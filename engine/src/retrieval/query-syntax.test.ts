import { type Encoder, type LexicalQuery, plainFingerprint, plainFingerprints } from '@quire/engine/core';
import { termsEncoder } from '@quire/engine/encoders';
import { flat, inverted } from '@quire/engine/indexes';
import { Rng } from '@quire/engine/internals';
import { fuse, parseQuery, part, pipe, type QuerySyntax, querySyntax, retrieve, rm3 } from '@quire/engine/retrieval';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import { english, unicode } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import { count, seed } from '../../test/support/env.ts';

const analyzer = english();
const syntax: QuerySyntax = {
  fields: { ti: 'title', abs: 'abstract', au: 'authors' },
  columns: {
    year: { column: 'day', type: 'number', covers: (year) => [year * 10_000, year * 10_000 + 9999] },
    cat: { column: 'categories', type: 'keyword' },
    n: { column: 'citations', type: 'number' },
  },
  namesOnly: ['authors'],
};
const parse = (source: string) => parseQuery(source, analyzer, syntax);
const term = (text: string): LexicalQuery => ({ type: 'term', term: text });
const phrase = (...terms: string[]): LexicalQuery => ({ type: 'phrase', terms, positions: terms.map((_, i) => i) });
const or = (...clauses: LexicalQuery[]): LexicalQuery => ({ type: 'or', clauses });
const and = (...clauses: LexicalQuery[]): LexicalQuery => ({ type: 'and', clauses });
const not = (clause: LexicalQuery): LexicalQuery => ({ type: 'not', clause });
const field = (name: string, query: LexicalQuery): LexicalQuery => ({ type: 'field', field: name, query });
const gate = (query: LexicalQuery): LexicalQuery => ({ type: 'boost', boost: 0, query });

describe('the query syntax', () => {
  it.each<[string, LexicalQuery | undefined]>([
    ['dense retrieval', or(term('dens'), term('retriev'))],
    ['"dense retrieval"', and(phrase('dens', 'retriev'))],
    ['“dense retrieval” of papers', and(gate(phrase('dens', 'retriev')), or(phrase('dens', 'retriev'), term('paper')))],
    ['+dense papers', and(gate(term('dens')), or(term('dens'), term('paper')))],
    ['papers -survey', or(term('paper'), not(term('survei')))],
    ['papers -"a survey"', or(term('paper'), not(term('survei')))],
    ['ti:ranking', and(field('title', term('rank')))],
    [
      'TI:"neural ranking" bm25',
      and(gate(field('title', phrase('neural', 'rank'))), or(field('title', phrase('neural', 'rank')), term('bm25'))),
    ],
    ['papers -au:smith', or(term('paper'), not(field('authors', term('smith'))))],
    ['transf*', or(or(term('transf'), { type: 'prefix', prefix: 'transf' }))],
    ['retreival~', or(or(term('retreiv'), { type: 'fuzzy', term: 'retreiv', distance: 2 }))],
    ['rank~1', or(or(term('rank'), { type: 'fuzzy', term: 'rank', distance: 1 }))],
    ['+IL-6', and(phrase('il', '6'))],
    ['"end of the world"', and({ type: 'phrase', terms: ['end', 'world'], positions: [0, 3] })],
    ['', undefined],
    ['   \t\n', undefined],
    ['the of and', undefined],
    ['year:2024', undefined],
  ])('reads %j', (source, lexical) => {
    expect(parse(source).lexical).toEqual(lexical);
  });

  it.each([
    ['non-linear models', ['non', 'linear', 'model']],
    ['- x + y', ['x', 'y']],
    ['--x', ['x']],
    ['A* search', ['search']],
    ['C++ and C#', ['c']],
    ['5" disk', ['5', 'disk']],
    ['say "unclosed', ['sai', 'unclos']],
    ['what: a title: with colons', ['what', 'titl', 'colon']],
    ['foo:bar', ['foo:bar']],
    ['ti: apart', ['ti', 'apart']],
    ['year:soon', ['year:soon']],
    ['cat:,', ['cat']],
    ['* ~ "" ( ] AND', []],
  ])('searches the words of %j', (source, words) => {
    const { lexical, filter, restricted } = parse(source);
    const leaves = lexical?.type === 'or' ? lexical.clauses.map((one) => (one.type === 'boost' ? one.query : one)) : [];
    expect(leaves).toEqual(words.map(term));
    expect({ filter, restricted }).toEqual({ filter: undefined, restricted: false });
  });

  it.each([
    ['-survey', [term('survei')]],
    ['-a -b', [term('b')]],
    ['-"dense retrieval"', [phrase('dens', 'retriev')]],
    ['-ti:survey -bm25', [field('title', term('survei')), term('bm25')]],
    ['the -survey', [term('survei')]],
  ])('asks for nothing, never for the opposite, where %j only excludes', (source, excluded) => {
    expect(parse(source)).toMatchObject({ lexical: undefined, phrases: [], excluded, restricted: true });
    expect(parse(source).onlyExcludes).toBe(true);
  });

  it('keeps the conditions beside exclusions', () => {
    expect(parse('year:2020 -survey')).toMatchObject({
      lexical: undefined,
      filter: { op: 'range', column: 'day' },
      excluded: [term('survei')],
      onlyExcludes: true,
    });
    expect(parse('papers -survey').onlyExcludes).toBe(false);
    expect(parse('the').onlyExcludes).toBe(false);
    expect(parse('-the')).toMatchObject({ lexical: undefined, excluded: [], onlyExcludes: false });
  });

  it.each([
    ['year:2024', { op: 'range', column: 'day', gte: 20240000, lte: 20249999 }],
    ['year:2020..2024', { op: 'range', column: 'day', gte: 20200000, lte: 20249999 }],
    ['year:2024..', { op: 'range', column: 'day', gte: 20240000 }],
    ['year:..2019', { op: 'range', column: 'day', lte: 20199999 }],
    ['year:>2019', { op: 'range', column: 'day', gt: 20199999 }],
    ['year:<=2019', { op: 'range', column: 'day', lte: 20199999 }],
    ['n:>=5', { op: 'range', column: 'citations', gte: 5 }],
    ['n:<5', { op: 'range', column: 'citations', lt: 5 }],
    ['n:5', { op: 'is', column: 'citations', value: 5 }],
    ['cat:cs.IR', { op: 'is', column: 'categories', value: 'cs.IR' }],
    ['cat:"cs.IR"', { op: 'is', column: 'categories', value: 'cs.IR' }],
    ['cat:cs.IR,cs.CL', { op: 'in', column: 'categories', values: ['cs.IR', 'cs.CL'] }],
    ['cat:cs.*', { op: 'prefix', column: 'categories', prefix: 'cs.' }],
    ['-cat:cs.IR', { op: 'not', filter: { op: 'is', column: 'categories', value: 'cs.IR' } }],
  ])('makes a filter of %j', (source, filter) => {
    expect(parse(source).filter).toEqual(filter);
  });

  it('ands several filters and keeps the words', () => {
    const { filter, lexical, text } = parse('cat:cs.IR ranking n:5');
    expect(filter).toMatchObject({ op: 'and', filters: [{ column: 'categories' }, { column: 'citations' }] });
    expect(lexical).toEqual(or(term('rank')));
    expect(text).toBe('ranking');
  });

  it('gives encoders of meaning the wanted words without syntax, and names only where they mean something', () => {
    const parsed = parse('+dense "late interaction" -survey au:khattab ti:colbert retriev* year:2020');
    expect(parsed.text).toBe('dense late interaction colbert retriev');
    expect(parsed.phrases).toEqual(['late interaction']);
    expect(parsed.inFields).toEqual([
      { field: 'authors', text: 'khattab' },
      { field: 'title', text: 'colbert' },
    ]);
    expect(parsed.restricted).toBe(true);
  });

  it('makes exactly the bag of words of the encoder of a query without operators', async () => {
    const encoder = termsEncoder(analyzer, { fields: ['title'] });
    for (const source of [
      'the ranking of rankings, ranked',
      'IL-6 & p53 in Müller’s cells',
      '知识 蒸馏 for dense retrieval',
    ]) {
      const [rep] = await encoder.encodeQueries([source]);
      expect(parse(source).lexical).toEqual(rep!.query);
    }
  });

  it.each([
    ['ΣΑΣ*', unicode(), 'σασ'],
    ['İst*', english(), 'ist'],
    ['Émi*', unicode({ foldAccents: true }), 'emi'],
    ['Émi*', unicode(), 'émi'],
    ['Retrieval*', english(), 'retrieval'],
  ])('spells the beginning %s as the terms of its analyzer are spelt', (source, analyzer, prefix) => {
    expect(JSON.stringify(parseQuery(source, analyzer).lexical)).toContain(`{"type":"prefix","prefix":"${prefix}"}`);
  });

  it('leaves out exclusions beyond the 32nd operator, and never searches for them', () => {
    for (const more of ['-late', '-"late words"', '-ti:late', '-year:2020', '-late*', '-"late']) {
      const words = Array.from({ length: 32 }, (_, i) => `-word${i}`).join(' ');
      const parsed = parseQuery(`${words} ${more}`, english(), {
        fields: { ti: 'title' },
        columns: { year: { column: 'year', type: 'number' } },
      });
      expect(parsed).toMatchObject({
        lexical: undefined,
        filter: undefined,
        text: '',
        onlyExcludes: true,
        clipped: true,
      });
      expect(parsed.excluded).toHaveLength(32);
    }
  });

  it('reads no more than 32 operators and 10,000 characters', () => {
    const many = parse(Array.from({ length: 100 }, (_, i) => `+w${i}`).join(' '));
    expect(JSON.stringify(many.lexical).match(/"boost":0/g)).toHaveLength(32);
    const long = parse('😀'.repeat(6000));
    expect(long.clipped).toBe(true);
    expect(parseQuery('x😀', analyzer, { maxLength: 2 }).text).toBe('x');
  });
});

describe('exclusions alone', () => {
  it('find nothing in any pipeline, and say so', async () => {
    const encoder = termsEncoder(analyzer, { fields: ['title'] });
    const library = await openLibrary(memoryDirectory(), {
      schema: { fields: { title: { stored: true } }, columns: {} },
      parts: {
        lexical: inverted({ space: encoder.space, fields: { title: 1 } }),
        vectors: flat({ space: 'always', dim: 1 }),
      },
    });
    // An encoder that has a vector for every text, the empty one too, as transformers do.
    const fingerprint = plainFingerprint('always', 'document');
    const vector = { kind: 'dense', space: 'always', fingerprint, vec: Float32Array.of(1) } as const;
    const always: Encoder<'dense'> = {
      name: 'always',
      queryKind: 'dense',
      documentKind: 'dense',
      space: 'always',
      fingerprints: plainFingerprints('always'),
      encodeQueries: async (texts) => texts.map(() => vector),
      encodeDocuments: async (documents) => documents.map(() => vector),
    };
    const writer = await library.writer();
    for (const title of ['neural retrieval', 'retrieval', 'neural']) {
      const [lexical] = await encoder.encodeDocuments([{ title }]);
      await writer.add({ id: title, fields: { title } }, { lexical: lexical!, vectors: vector });
    }
    await writer.commit();
    await writer.close();
    const words = part(library, 'lexical');
    const byWords = retrieve(encoder, words, 10);
    const byMeaning = retrieve(always, part(library, 'vectors'), 10);
    const pipelines = [byWords, byMeaning, fuse({ by: 'rrf' }, byWords, byMeaning), rm3(encoder, words, { k: 10 })];
    for (const source of ['-retrieval', '-a -retrieval', '-"neural retrieval"', '-title:retrieval']) {
      for (const retriever of pipelines) {
        const events: string[] = [];
        const search = pipe(querySyntax(encoder, { fields: { title: 'title' } }), retriever);
        const hits = await search.run(source, { trace: ({ name }) => events.push(name) });
        expect([source, retriever.name, hits]).toEqual([source, retriever.name, []]);
        expect(events).toContain('query.only-excludes');
      }
    }
    await library.close();
  });
});

describe('any string', () => {
  const pieces = [
    '"',
    '“',
    '”',
    '«',
    '-',
    '+',
    '--',
    'ti:',
    'au:"',
    'year:',
    'year:2020..',
    'cat:',
    'cat:*',
    '*',
    '~',
    '~2',
    '~9',
    ':',
    ' ',
    '\t',
    '\u3000',
    'word',
    'retrieval*',
    'rankin~',
    '(',
    ')',
    'AND',
    'NOT',
    '/',
    '\\',
    '😀',
    '\ud800',
    '\udc00',
    '\0',
    'ﬁ',
    'İ',
    'ß',
    '知识',
    'é',
    '<b>',
    '\u200d',
    '$',
    '%',
    '__proto__:',
    'constructor:x',
  ];

  it('is a legal query for a real index', async () => {
    const encoder = termsEncoder(analyzer, { fields: ['title', 'abstract', 'authors'] });
    const library = await openLibrary(memoryDirectory(), {
      schema: {
        fields: { title: {}, abstract: {}, authors: {} },
        columns: { day: 'number', categories: 'keywords', citations: 'number' },
      },
      parts: { lexical: inverted({ space: encoder.space, fields: { title: 2, abstract: 1, authors: 1 } }) },
    });
    const writer = await library.writer();
    const texts = [
      { title: 'Word ranking', abstract: 'retrieval of a word', authors: 'Ann Word' },
      { title: '知识 😀 é', abstract: 'rankings' },
    ];
    for (const [i, fields] of texts.entries()) {
      const [lexical] = await encoder.encodeDocuments([fields]);
      await writer.add(
        { id: `d${i}`, fields, columns: { day: 20200101, categories: ['cs.IR'] } },
        { lexical: lexical! },
      );
    }
    await writer.commit();
    await writer.close();
    const search = pipe(querySyntax(encoder, syntax), retrieve(encoder, part(library, 'lexical'), 10));
    expect((await search.run('au:word ti:"word ranking" year:2020 -nothing')).map((hit) => hit.id)).toEqual(['d0']);
    expect(await search.run('year:2019 word')).toEqual([]);
    const rng = new Rng(seed('query syntax'));
    let found = 0;
    for (let i = 0; i < count(2000, 100_000); i++) {
      const source = Array.from({ length: rng.below(10) }, () =>
        rng.below(6) === 0 ? String.fromCharCode(rng.below(0x10000)) : rng.pick(pieces),
      ).join(rng.below(3) === 0 ? ' ' : '');
      try {
        found += (await search.run(source)).length > 0 ? 1 : 0;
      } catch (cause) {
        throw new Error(`The query ${JSON.stringify(source)}`, { cause });
      }
    }
    expect(found).toBeGreaterThan(100);
    await library.close();
  }, 600_000);

  it('takes linear time over quotes that open and never close', () => {
    const opened = '„a '.repeat(300_000);
    expect(parseQuery(opened, english(), { maxLength: opened.length }).lexical).toBeUndefined();
  });

  it.each(['"', '"a ', '-', '+', 'ti:', '*', 'a*', '~', 'year:', '"a" ', '"" ', '[', '\ud800'])(
    'takes linear time, also 50,000 times %j',
    (piece) => {
      const { lexical } = parseQuery(piece.repeat(50_000), analyzer, { ...syntax, maxLength: 2_000_000 });
      expect(JSON.stringify(lexical ?? null).length).toBeLessThan(2_500_000);
    },
  );
});
