// explain: adds explanations to hits; each score is broken down to term, posting, vector, rank and scorer.

import { checkCount, checkMethods } from '../core/check.ts';
import type { Explanation, Hit } from '../core/types.ts';
import { inOneRun } from './run-scope.ts';
import type { Retriever } from './stage.ts';

/**
 * `retriever` with `why` on its first `top` hits (default: all), from the snapshot that was searched. The lists of fuse
 * and rerank are not searched again.
 */
export function explain(retriever: Retriever, top = Number.MAX_SAFE_INTEGER): Retriever {
  checkMethods('retriever', retriever, 'run', 'explain');
  checkCount('top', top);
  return {
    name: `explain(${retriever.name})`,
    run: (query, given = {}) =>
      inOneRun(given, async (context) => {
        const ranking = await retriever.run(query, context);
        const ids = ranking.slice(0, top).map((hit) => hit.id);
        const why = await retriever.explain(query, ids, context);
        return ranking.map((hit): Hit => (why.has(hit.id) ? { ...hit, why: why.get(hit.id)! } : hit));
      }),
    explain: (query, ids, context) => retriever.explain(query, ids, context),
  };
}

/** An explanation as indented lines: value, description, facts. */
export function formatExplanation(explanation: Explanation, indent = ''): string {
  const facts = Object.entries(explanation.facts ?? {}).map(([name, value]) => `${name} ${value}`);
  const line = `${indent}${explanation.value} ${explanation.description}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}\n`;
  return line + explanation.details.map((detail) => formatExplanation(detail, `${indent}  `)).join('');
}
