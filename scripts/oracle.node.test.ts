// The bridges to the reference implementations transfer text in both directions unchanged.
import { describe, expect, it } from 'vitest';
import { javaOracle, oracleState, pythonOracle } from './lib/oracle.mjs';

const state = oracleState();
const text = 'naïve 𝔸 日本語\n';

describe('the oracle bridges', () => {
  it.skipIf(!state.lucene.available)(`run a Java class over stdin${reason(state.lucene)}`, () => {
    expect(javaOracle('Versions', text)).toBe(`${state.lucene.version}\n${text}`);
  });

  it.skipIf(!state.python.available)(`run a Python script over stdin${reason(state.python)}`, () => {
    const answer = JSON.parse(pythonOracle('versions.py', text));
    expect(answer.input).toBe(text);
    expect(answer.versions).toHaveProperty('tokenizers');
  });

  it.skipIf(!state.lucene.available)(`report what a failing class printed${reason(state.lucene)}`, () => {
    expect(() => javaOracle('NoSuchClass', '')).toThrow(/javac/);
  });
});

function reason({ available, why }: { available: boolean; why?: string }): string {
  return available ? '' : ` (skipped: ${why})`;
}
