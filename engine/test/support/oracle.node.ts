// For tests that run a reference implementation. `npm run oracles` fetches them.
import { oracleState } from '../../../scripts/lib/oracle.mjs';
import { type Conditional, unless } from './skip.ts';

export { javaOracle, luceneClasspath, pythonOracle } from '../../../scripts/lib/oracle.mjs';

/** Tests that run Lucene through `javaOracle`; they skip with the reason where its jars or Java are absent. */
export const whenLucene = (): Conditional => unless(reasonOf(oracleState().lucene));

/** Tests that run pytrec_eval or tokenizers through `pythonOracle`. */
export const whenPython = (): Conditional => unless(reasonOf(oracleState().python));

function reasonOf(state: { readonly available: boolean; readonly why?: string }): string | undefined {
  return state.available ? undefined : (state.why ?? 'oracle absent');
}
