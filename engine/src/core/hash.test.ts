import { describe, expect, it } from 'vitest';
import { EngineError } from './errors.ts';
import { canonicalJson, fingerprint, sha256Hex } from './hash.ts';
import { Rng } from './rng.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('sha256Hex', () => {
  it('gives the digests of the standard', () => {
    expect(sha256Hex(utf8(''))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256Hex(utf8('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex(utf8('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'))).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
    expect(sha256Hex(new Uint8Array(1_000_000).fill(0x61))).toBe(
      'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    );
  });

  it('agrees with the platform at every length around the padding edges, at odd offsets too', async () => {
    const rng = new Rng(7);
    const buffer = new Uint8Array(300);
    for (let i = 0; i < buffer.length; i++) buffer[i] = rng.below(256);
    for (let length = 0; length <= 260; length++) {
      const bytes = buffer.subarray(length % 7, (length % 7) + length);
      const expected = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice()));
      expect(sha256Hex(bytes)).toBe(Array.from(expected, (b) => b.toString(16).padStart(2, '0')).join(''));
    }
  });
});

describe('fingerprint', () => {
  it('does not depend on key order or on undefined keys', () => {
    expect(fingerprint({ b: 1, a: [true, null, 'é'] })).toBe(fingerprint({ a: [true, null, 'é'], b: 1, c: undefined }));
  });
  it('never changes its value, because indexes on disk contain it', () => {
    expect(fingerprint({ name: 'english', version: 1 })).toBe(
      sha256Hex(utf8('{"name":"english","version":1}')).slice(0, 16),
    );
    expect(fingerprint('')).toBe('12ae32cb1ec02d01');
  });
  it('tells values of different types apart', () => {
    const all = [1, '1', [1], { a: 1 }, { a: '1' }, null, 'null', true, [], {}].map((v) => fingerprint(v));
    expect(new Set(all).size).toBe(all.length);
  });
  it('refuses numbers that JSON would turn into null', () => {
    for (const bad of [Number.NaN, Infinity]) {
      expect(() => fingerprint({ bad })).toThrow(EngineError);
    }
  });
  it('writes canonical JSON', () => {
    expect(canonicalJson({ z: [1, { y: 'a"b', x: -0.5 }], a: null })).toBe('{"a":null,"z":[1,{"x":-0.5,"y":"a\\"b"}]}');
  });
});
