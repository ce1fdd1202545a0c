// A vitest reporter that writes the result as JSON: counts, every skip with its reason, names of failed tests, milliseconds
// for each file. scripts/test.mjs adds up several of them. A reason is `ctx.skip(reason)`, or `(skipped: reason)` in the name
// of the test or of a suite around it. The path of the output comes in QUIRE_COUNTS.
import { writeFileSync } from 'node:fs';

const IN_NAME = /\(skipped: (.+?)\)\s*$/;

export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const result = { passed: 0, failed: [], skipped: [], files: [] };
    for (const module of modules) {
      result.files.push({ file: module.relativeModuleId, ms: Math.round(module.diagnostic().duration) });
      for (const error of module.errors()) result.failed.push(`${module.relativeModuleId}: ${error.message}`);
      for (const suite of module.children.allSuites()) {
        for (const error of suite.errors()) result.failed.push(`${suite.fullName}: ${error.message}`);
      }
      for (const test of module.children.allTests()) tally(result, module, test);
    }
    for (const error of unhandledErrors) result.failed.push(`unhandled: ${error.message}`);
    writeFileSync(process.env.QUIRE_COUNTS, JSON.stringify(result));
  }
}

function tally(result, module, test) {
  const { state, note } = test.result();
  const name = `${module.relativeModuleId} > ${test.fullName}`;
  if (state === 'passed') result.passed++;
  else if (state === 'skipped') result.skipped.push({ name, reason: note ?? reasonInNames(test) ?? null });
  else result.failed.push(name); // failed, or pending because the run was interrupted
}

/** The reason in the name of a test or of the nearest suite around it. */
export function reasonInNames(test) {
  for (let node = test; node !== undefined && node.type !== 'module'; node = node.parent) {
    const found = IN_NAME.exec(node.name);
    if (found) return found[1];
  }
  return undefined;
}
