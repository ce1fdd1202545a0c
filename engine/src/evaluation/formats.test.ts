// TREC and BEIR files: what is read, what is refused and at which line, round trips, and hostile input.

import { EngineError } from '@quire/engine/core';
import {
  decodeLines,
  formatBeirQrels,
  formatTrecQrels,
  formatTrecRun,
  parseBeirCorpus,
  parseBeirQrels,
  parseBeirQueries,
  parseCacmTopics,
  parseQrels,
  parseTrecQrels,
  parseTrecRun,
  readCacm,
  readTar,
  removeQueryDocuments,
  separateTies,
  strictScores,
} from '@quire/engine/evaluation';
import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { count, seed } from '../../test/support/env.ts';

const plain = (qrels: ReadonlyMap<string, ReadonlyMap<string, number>>) =>
  Object.fromEntries([...qrels].map(([query, docs]) => [query, Object.fromEntries(docs)]));

describe('TREC runs', () => {
  it('are read whatever their order, ranks, blanks and line ends', () => {
    const run = parseTrecRun('1 Q0 b 0 1e-3 t\r\n  1\tQ0\ta 7 -.5 t\r\n\r\n2 Q0 c 1 inf t');
    expect([...run]).toEqual([
      [
        '1',
        [
          { id: 'b', score: 0.001 },
          { id: 'a', score: -0.5 },
        ],
      ],
      ['2', [{ id: 'c', score: Number.POSITIVE_INFINITY }]],
    ]);
  });

  it.each([
    ['1 Q0 a 1 0.5', /run.txt, line 1: 5 columns, expected 6/],
    ['1 Q0 a 1 0.5 t\n1 Q0 doc with space 1 0.4 t', /line 2: 8 columns, expected 6/],
    ['1 0 a 1', /line 1: 4 columns, expected 6/],
    ['1 Q0 a 1 nan t', /score "nan" is not a number/],
    ['1 Q0 a 1 0x10 t', /score "0x10" is not a number/],
    ['1 Q0 a 1 .5 t\n2 Q0 a 1 .5 t\n1 Q0 a 2 .4 t', /line 3: document "a" again in query "1"/],
  ])('refuses %j with its line', (text, message) => {
    expect(() => parseTrecRun(text, { source: 'run.txt' })).toThrow(message);
  });

  it('read and write both infinities', () => {
    const run = parseTrecRun('1 Q0 a 1 -Infinity t\n1 Q0 b 1 +INF t');
    expect(run.get('1')!.map((hit) => hit.score)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(parseTrecRun(formatTrecRun(run))).toEqual(run);
  });

  it('keep their order and their scores through a file, also under ties', () => {
    const run = new Map([['q', ['b', 'a', 'ü'].map((id) => ({ id, score: 0.1 + 0.2 }))]]);
    expect(parseTrecRun(formatTrecRun(run, { tag: 'x' }))).toEqual(run);
  });

  it.each(['a b', '', 'a\tb', 'a\nb'])('refuse to write the id %j', (id) => {
    expect(() => formatTrecRun(new Map([['q', [{ id, score: 1 }]]]))).toThrow(/cannot be written in TREC format/);
  });

  it('refuse to write NaN', () => {
    expect(() => formatTrecRun(new Map([['q', [{ id: 'a', score: Number.NaN }]]]))).toThrow(/NaN/);
  });
});

describe('judgements', () => {
  it('are read from four TREC columns, negative values included', () => {
    expect(plain(parseTrecQrels('1 0 a -1\n1 Q0 b 2\r\n2\t0\ta\t0\n'))).toEqual({ 1: { a: -1, b: 2 }, 2: { a: 0 } });
  });

  it.each([
    ['query-id\tcorpus-id\tscore\nq 1\tdoc 1\t1\n'],
    ['q 1\tdoc 1\t1'],
    ['\ufeffq 1\tdoc 1\t1'],
    ['\ufeffquery-id\tcorpus-id\tscore\r\nq 1\tdoc 1\t1\r\n'],
  ])('are read from BEIR columns with and without a header: %j', (text) => {
    expect(plain(parseBeirQrels(text))).toEqual({ 'q 1': { 'doc 1': 1 } });
    expect(plain(parseQrels(text))).toEqual({ 'q 1': { 'doc 1': 1 } });
  });

  it('of either format are told apart', () => {
    expect(plain(parseQrels('1 0 a 1\n'))).toEqual({ 1: { a: 1 } });
    expect(parseQrels('').size).toBe(0);
  });

  it.each([
    ['1 Q0 a 1 0.5 t', /6 columns, expected 4/],
    ['1 0 a 1\n1 0 a 2', /line 2: document "a" judged again for query "1"/],
    ['1 0 a 0.5', /relevance "0.5" is not an integer/],
    ['1\ta\t1\n1\tb', /line 2: 2 tab-separated columns, expected 3/],
    ['1\ta\tone2', /relevance "one2"/],
    ['\ta\t1', /an empty id/],
    ['1\ta\t1\nquery-id\tcorpus-id\tscore', /line 2: relevance "score"/],
  ])('are refused with their line: %j', (text, message) => {
    expect(() => parseQrels(text, { source: 'qrels' })).toThrow(message);
  });

  it('say that six columns are a run', () => {
    try {
      parseTrecQrels('1 Q0 a 1 0.5 t');
      expect.unreachable();
    } catch (error) {
      expect((error as EngineError).code).toBe('PARSE_FAILED');
      expect((error as EngineError).hint).toMatch(/Six columns are a run/);
    }
  });

  it('survive a round trip in both formats', () => {
    const qrels = new Map([
      [
        'q',
        new Map([
          ['a', 1],
          ['b', -2],
        ]),
      ],
    ]);
    expect(parseTrecQrels(formatTrecQrels(qrels))).toEqual(qrels);
    const spaced = new Map([['q 1', new Map([['a b', 1]])]]);
    expect(parseBeirQrels(formatBeirQrels(spaced))).toEqual(spaced);
    expect(() => formatTrecQrels(spaced)).toThrow(/TREC format/);
    expect(() => formatBeirQrels(new Map([['q', new Map([['a\tb', 1]])]]))).toThrow(/tab-separated column/);
  });
});

describe('BEIR texts', () => {
  it('are read with numbers as ids, without titles, with metadata', () => {
    const lines = ['{"_id": 7, "text": "x"}', '{"_id": "b c", "title": "T", "text": "", "metadata": {"year": 1}}'];
    expect([...parseBeirCorpus(lines)]).toEqual([
      { id: '7', title: '', text: 'x' },
      { id: 'b c', title: 'T', text: '', metadata: { year: 1 } },
    ]);
    expect([...parseBeirQueries('{"_id":"1","text":"what?"}\n')]).toEqual([['1', 'what?']]);
  });

  it.each([
    ['{"_id": "a"', /corpus, line 1: not JSON/],
    ['[1]', /not a JSON object/],
    ['{"text": "x"}', /`_id` is missing/],
    ['{"_id": "", "text": "x"}', /`_id` is empty/],
    ['{"_id": "a", "text": 5}', /`text` is missing or not a string/],
    ['{"_id": "a", "title": null, "text": "x"}\n{"_id": "a", "text": "y"}', /line 2: document id "a" comes twice/],
  ])('are refused with their line: %j', (text, message) => {
    expect(() => [...parseBeirCorpus(text, { source: 'corpus' })]).toThrow(message);
  });

  it('refuse a number as id that has lost digits', () => {
    expect(() => parseBeirQueries('{"_id":12345678901234567890,"text":"x"}')).toThrow(/line 1: `_id` is the number/);
  });

  it('lose the document that is the query itself on request', () => {
    const run = new Map([['x', ['x', 'y'].map((id) => ({ id, score: 1 }))]]);
    expect(removeQueryDocuments(run).get('x')).toEqual([{ id: 'y', score: 1 }]);
  });
});

describe('lines of a stream', () => {
  const collect = async (chunks: Uint8Array[]) => {
    const out: string[] = [];
    async function* stream() {
      yield* chunks;
    }
    for await (const line of decodeLines(stream(), { source: 's' })) out.push(line);
    return out;
  };
  const bytes = new TextEncoder().encode('ä1\nb\n\n😀 end');

  it('do not depend on where the chunks are cut', async () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(await collect([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(['ä1', 'b', '', '😀 end']);
    }
  });

  it('are refused where the bytes are not UTF-8', async () => {
    await expect(collect([new Uint8Array([97, 10, 0xff, 0xfe])])).rejects.toThrow(/s, line 1|s, line 2/);
  });
});

describe('CACM', () => {
  const tar = makeTar([
    ['CACM-0001.html', '<html>\n<pre>\nif a < b then <= c --> d\n</pre>\n</html>\n'],
    ['README', 'not a document'],
  ]);

  it('documents are the HTML without its tags and nothing else', () => {
    expect([...readCacm(tar)]).toEqual([{ id: 'CACM-0001', text: '\n\nif a < b then <= c --> d\n\n\n' }]);
  });

  it('topics are the whole text after the number', () => {
    const topics = parseCacmTopics(
      '<DOC>\n<DOCNO> 1 </DOCNO>\n\n What\nis <X>?\n</DOC>\n<DOC>\n<DOCNO> 2 </DOCNO> b </DOC>',
    );
    expect([...topics]).toEqual([
      ['1', 'What\nis ?'],
      ['2', 'b'],
    ]);
    expect(() => parseCacmTopics('\n<DOC>x</DOC>', { source: 't' })).toThrow(/t, line 2: a topic without/);
  });

  it('archives that are damaged or cut off are refused', () => {
    const flipped = tar.slice();
    flipped[3]! ^= 1;
    expect(() => [...readTar(flipped, 'x.tar')]).toThrow(/x.tar, byte 0: not a tar header/);
    expect(() => [...readTar(tar.subarray(0, 530))]).toThrow(/ends inside a file/);
  });
});

it('archives give long names to the file after them, and only files', () => {
  const long = `${'folder/'.repeat(30)}CACM-1.html`;
  const tar = makeTar([
    ['././@LongLink', `${long}\0`, 'L'],
    ['cut off', 'text'],
    ['folder', '', '5'],
    ['next', 'more'],
  ]);
  const files = [...readTar(tar)].map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]);
  expect(files).toEqual([
    [long, 'text'],
    ['next', 'more'],
  ]);
});

describe('separateTies', () => {
  const scores = (list: readonly number[]) =>
    separateTies(list.map((score, i) => ({ id: `d${i}`, score }))).map((hit) => Number(hit.score.toFixed(6)));

  it.each([
    [
      [23.439316, 22.087432, 22.087432, 21.602508],
      [23.439301, 22.0874, 22.087399, 21.602501],
    ],
    [
      [1, 1, 1],
      [1, 0.999999, 0.999998],
    ],
    [
      [0.50004, 0.49996],
      [0.5, 0.499999],
    ],
    [[], []],
  ])('turns %j into %j', (before, after) => {
    expect(scores(before)).toEqual(after);
  });
});

describe('parsers on arbitrary input', () => {
  const parsers: Readonly<Record<string, (text: string) => unknown>> = {
    parseTrecRun,
    parseTrecQrels,
    parseBeirQrels,
    parseQrels,
    parseBeirQueries,
    parseBeirCorpus: (text) => [...parseBeirCorpus(text)],
    parseCacmTopics,
    readTar: (text) => [...readTar(new TextEncoder().encode(text))],
  };
  const pieces = [
    '1 Q0 a 1 0.5 t',
    '1 0 a 1',
    'q\td\t1',
    'query-id\tcorpus-id\tscore',
    '{"_id":"a","text":"b"}',
    '<DOC>',
    '</DOC>',
    '<DOCNO> 1 </DOCNO>',
    '\n',
    '\r\n',
    '\t',
    ' ',
    'nan',
    '-1e400',
    '\u0000',
    '\ud800',
    '😀',
    '[[[[[',
    '"',
    '{',
    '9'.repeat(40),
    'é',
  ];

  it.each(Object.entries(parsers))(
    '%s returns or says PARSE_FAILED, quickly',
    (name, parse) => {
      const rng = new Rng(seed(`fuzz ${name}`));
      for (let i = 0; i < count(2000, 100_000); i++) {
        const text = Array.from({ length: rng.below(12) }, () =>
          rng.below(4) === 0 ? String.fromCharCode(rng.below(0x10000)) : rng.pick(pieces),
        ).join(rng.below(3) === 0 ? '\n' : '');
        try {
          parse(text);
        } catch (error) {
          if (!(error instanceof EngineError) || error.code !== 'PARSE_FAILED')
            throw new Error(`${name}(${JSON.stringify(text)})`, { cause: error });
        }
      }
    },
    300_000,
  );
});

it('parsers take time linear in hostile input', async () => {
  const topics = '<DOC><DOCNO> '.repeat(200_000);
  expect(parseCacmTopics(topics).size).toBe(0);
  expect(() => parseTrecRun(`1 Q0 a 1 ${'9'.repeat(1_000_000)}x t`)).toThrow(/not a number/);
  expect(() => parseBeirQueries(`${'['.repeat(1_000_000)}`)).toThrow(/not JSON/);
  expect(parseTrecRun(`1 Q0 a 1${' '.repeat(1_000_000)}.5 t`).size).toBe(1);
  let units = 0;
  for await (const line of decodeLines(oneLine(4096, 4096))) units += line.length;
  expect(units).toBe(4096 * 4096);
});

/** A file without line ends. */
async function* oneLine(chunks: number, chunkBytes: number): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(chunkBytes).fill(0x61);
  for (let i = 0; i < chunks; i++) yield chunk;
}

function makeTar(files: readonly (readonly [name: string, text: string, type?: string])[]): Uint8Array {
  const blocks: number[] = [];
  for (const [name, text, type = '0'] of files) {
    const body = new TextEncoder().encode(text);
    const header = new Uint8Array(512);
    const put = (value: string, at: number) => header.set(new TextEncoder().encode(value), at);
    put(name, 0);
    put(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    put('        ', 148);
    put(type, 156);
    put('ustar\0', 257);
    put(
      `${header
        .reduce((a, b) => a + b, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    blocks.push(...header, ...body, ...new Uint8Array((512 - (body.length % 512)) % 512));
  }
  return Uint8Array.from([...blocks, ...new Uint8Array(1024)]);
}

describe('strictScores', () => {
  it('keeps scores that are apart and puts equal ones, and those that 32 bits cannot tell apart, one step below', () => {
    const list = [3, 2, 2, 2 - 1e-12, 0, 0, -1, -1].map((score, i) => ({ id: `d${i}`, score }));
    const out = strictScores(list).map(({ score }) => score);
    expect(out[0]).toBe(3);
    expect(out[1]).toBe(2);
    for (const [i, score] of out.slice(1).entries()) {
      expect(score).toBe(Math.fround(score));
      expect(score).toBeLessThan(out[i]!);
      expect(score).toBeCloseTo(list[i + 1]!.score, 5);
    }
    expect(strictScores([])).toEqual([]);
  });
});
