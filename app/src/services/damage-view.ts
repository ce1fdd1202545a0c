// Damage of the store as text of an answer: the rows that are missing from it, and what else may be wrong in it.

import { withoutPaths } from '../output/paths.ts';
import type { Damage, Health } from '../store/index.ts';

export interface StoreStatus {
  /** 'unchecked' until the check of the whole file has ended; 'failed': the check could not be made. */
  readonly state: 'unchecked' | 'sound' | 'damaged' | 'failed';
  /** When that check ended, ISO 8601. */
  readonly checkedAt?: string;
  /** Why the check could not be made. */
  readonly failure?: string;
  /** One sentence a problem. */
  readonly damaged: readonly string[];
  /** Records that are kept and not shown. */
  readonly quarantined: number;
}

/** Maximum number of sentences in one answer; `quire doctor` lists all. */
const SENTENCES = 10;

/** The field `damaged` of an answer with these damaged rows; {} while nothing is known to be damaged. */
export function damagedField(health: Health, rows: readonly Damage[]): { readonly damaged?: readonly string[] } {
  const sentences = [...new Set([...rows, ...health.general].map(({ message }) => message))];
  if (sentences.length === 0) return {};
  const rest = sentences.length - SENTENCES;
  if (rest <= 0) return { damaged: sentences };
  return { damaged: [...sentences.slice(0, SENTENCES), `${rest} more; "quire doctor --deep" lists them.`] };
}

/** The state of the store for /status. `folder`: the reason of a failure may name it, but an answer does not. */
export async function storeStatus(health: Health, folder: string): Promise<StoreStatus> {
  const { state, checkedAt, failure, damaged, quarantined } = await health.now();
  return {
    state,
    ...(checkedAt !== undefined && { checkedAt }),
    ...(failure !== undefined && { failure: withoutPaths(failure, folder) }),
    damaged: damaged.map(({ message }) => message),
    quarantined,
  };
}

/** Sentences for the reader about the store; [] when it was checked and is sound. */
export function storeNotes({ state, failure, damaged, quarantined }: StoreStatus): readonly string[] {
  const notes: string[] = [];
  if (state === 'unchecked') notes.push('The store is not yet checked.');
  if (state === 'failed') notes.push(`The store could not be checked: ${failure ?? 'the reason is not known'}.`);
  if (state === 'damaged') {
    const places = damaged.length === 1 ? 'one place' : `${damaged.length} places`;
    notes.push(`The store is damaged in ${places}; run "quire doctor --repair".`);
  }
  if (quarantined > 0) {
    const records = quarantined === 1 ? '1 record is' : `${quarantined.toLocaleString('en')} records are`;
    notes.push(`${records} in quarantine; "quire doctor" lists them.`);
  }
  return notes;
}
