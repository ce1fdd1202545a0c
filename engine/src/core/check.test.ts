import { describe, expect, it } from 'vitest';
import { checkCount, checkFunction, checkIterable, checkNumber, checkObject, checkString, shown } from './check.ts';

const cycle: Record<string, unknown> = {};
cycle.self = cycle;

describe('a value in a message', () => {
  it.each<[unknown, string]>([
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [12n, '12n'],
    ['a "b"', '"a \\"b\\""'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'a function'],
    [[1, Number.NaN, 2n], '[1, NaN, 2n]'],
    [{ op: 'regex', n: Number.NaN, b: 1n }, '{"op":"regex","n":"NaN","b":"1n"}'],
    [new Map([[1, 2]]), 'a Map'],
    [new Float32Array(3), 'a Float32Array'],
    [cycle, 'an object'],
    [Object.create(null), '{}'],
    ['x'.repeat(1000), `"${'x'.repeat(79)}…`],
  ])('is readable: %o', (value, text) => {
    expect(shown(value)).toBe(text);
  });
});

describe('a check', () => {
  const cases: readonly (readonly [string, () => void, RegExp | undefined])[] = [
    ['takes an integer', () => checkCount('k', 0), undefined],
    ['refuses a fraction', () => checkCount('k', 1.5), /^k is 1\.5$/],
    ['refuses a string of digits', () => checkCount('k', '10'), /^k is "10"$/],
    ['refuses NaN', () => checkCount('k', Number.NaN), /^k is NaN$/],
    ['refuses infinity', () => checkCount('k', Number.POSITIVE_INFINITY), /^k is Infinity$/],
    ['takes infinity where it is the limit', () => checkCount('k', Infinity, { max: Infinity }), undefined],
    ['refuses a count above its limit', () => checkCount('k', 11, { max: 10 }), /^k is 11$/],
    ['takes a number within limits', () => checkNumber('x', 0.5, { min: 0, max: 1 }), undefined],
    ['refuses a bigint as a number', () => checkNumber('x', 1n), /^x is 1n$/],
    ['refuses null as a string', () => checkString('text', null), /^text is null$/],
    ['refuses a list as an object', () => checkObject('options', []), /^options is \[\]$/],
    ['refuses a string as a list', () => checkIterable('ids', 'abc'), /^ids is "abc"$/],
    ['takes a set as a list', () => checkIterable('ids', new Set()), undefined],
    ['refuses an object as a function', () => checkFunction('encode', {}), /^encode is \{\}$/],
  ];
  it.each(cases)('%s', (_name, run, message) => {
    if (message === undefined) run();
    else
      expect(run).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
      );
  });
});
