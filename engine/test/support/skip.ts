// For tests that need something a machine may lack. A skip always has its reason in the name, in the form that the last
// line of a run counts: `… (skipped: no ../shared)`.
import { describe, it } from 'vitest';

type Body = () => void | Promise<void>;

/** `it` and `describe` that run, or that skip with a reason. */
export interface Conditional {
  readonly it: (name: string, body: Body, timeoutMs?: number) => void;
  readonly describe: (name: string, body: () => void) => void;
}

/**
 * Tests that run unless there is a reason not to.
 * @param reason the reason to skip, in a few words (`no ../shared`), or undefined to run them
 */
export function unless(reason: string | undefined): Conditional {
  if (reason === undefined) return { it, describe: (name, body) => void describe(name, body) };
  return {
    it: (name, body) => it.skip(`${name} (skipped: ${reason})`, body),
    describe: (name, body) => void describe.skip(`${name} (skipped: ${reason})`, body),
  };
}
