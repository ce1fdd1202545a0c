// Adds up the suites of a test run: the counts, the skips by reason, and the skips that count as failures. Pure: the
// toolchains of the machine are a parameter.

/** @typedef {{passed: number, failed: string[], skipped: {name: string, reason: string | null}[]}} Part */

/** The toolchain that a reason to skip refers to, by its words. */
const CAUSES = [
  { tool: 'java', pattern: /\b(lucene|java)\b/i },
  { tool: 'python', pattern: /\b(python|pytrec_eval|tokenizers)\b/i },
  { tool: 'chromium', pattern: /\bno chromium\b/i },
  { tool: 'shared', pattern: /\.\.\/shared|QUIRE_DATA|QUIRE_PAPERS/ },
];

/**
 * The sum of a run.
 * @param {Part[]} parts
 * @param {{strict: boolean, has: Record<string, boolean>, filtered: boolean}} machine `strict` as under CI=true: a skip
 *   whose toolchain is there is a failure; `filtered` when tests were chosen by hand, so that unnamed skips are expected
 */
export function verdict(parts, { strict, has, filtered }) {
  const failed = parts.flatMap((part) => part.failed);
  const kept = [];
  for (const skip of parts.flatMap((part) => part.skipped)) {
    const broken = complaint(skip, { strict, has, filtered });
    if (broken === undefined) kept.push(skip);
    else failed.push(`${skip.name}: ${broken}`);
  }
  return { passed: parts.reduce((sum, part) => sum + part.passed, 0), failed, skipped: kept };
}

function complaint({ reason }, { strict, has, filtered }) {
  if (reason === null) return filtered ? undefined : 'skipped without a reason';
  if (!strict) return undefined;
  const cause = CAUSES.find(({ pattern }) => pattern.test(reason));
  return cause && has[cause.tool] ? `skipped (${reason}) although this machine has ${cause.tool}` : undefined;
}

/** The two last lines of a run: the plain counts, and the same with the skips by reason. */
export function summary({ passed, failed, skipped }) {
  const counts = `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;
  return [counts, `${counts}${byReason(skipped)}`];
}

function byReason(skipped) {
  const counts = new Map();
  for (const { reason } of skipped) counts.set(reason ?? 'not chosen', (counts.get(reason ?? 'not chosen') ?? 0) + 1);
  if (counts.size === 0) return '';
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return ` (${sorted.map(([reason, count]) => `${count}: ${reason}`).join('; ')})`;
}
