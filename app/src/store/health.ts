// Known damage in a store: found while rows were read, and by the check of the whole file (walk.ts).

import { DAMAGE_LIMIT, type Damage, isGeneral } from './damage.ts';

export interface StoreHealth {
  /**
   * 'unchecked': no check of the whole file has ended yet. 'sound': one has, and neither it nor any read found damage.
   * 'failed': the check could not be made.
   */
  readonly state: 'unchecked' | 'sound' | 'damaged' | 'failed';
  /** When the check of the whole file ended, ISO 8601. */
  readonly checkedAt?: string;
  /** Why the check could not be made. */
  readonly failure?: string;
  /** Each problem once, at most DAMAGE_LIMIT. */
  readonly damaged: readonly Damage[];
  /** Records in quarantine: no page shows them. */
  readonly quarantined: number;
}

export class Health {
  readonly #found = new Map<string, Damage>();
  readonly #countQuarantined: () => Promise<number>;
  #checkedAt: string | undefined;
  #failure: string | undefined;

  constructor(countQuarantined: () => Promise<number>) {
    this.#countQuarantined = countQuarantined;
  }

  report(damage: Damage): void {
    if (this.#found.size < DAMAGE_LIMIT) this.#found.set(`${damage.table}\n${damage.key}\n${damage.message}`, damage);
  }

  /** Takes the result of a check of the whole file. */
  checked(damaged: readonly Damage[], at: Date = new Date()): void {
    this.#checkedAt = at.toISOString();
    for (const damage of damaged) this.report(damage);
  }

  /** The check of the whole file could not be made. */
  failed(reason: string): void {
    this.#failure = reason;
  }

  /** Damage that makes answers uncertain beyond the row itself. */
  get general(): readonly Damage[] {
    return [...this.#found.values()].filter(isGeneral);
  }

  async now(): Promise<StoreHealth> {
    const damaged = [...this.#found.values()];
    const rest = this.#checkedAt !== undefined ? 'sound' : this.#failure !== undefined ? 'failed' : 'unchecked';
    return {
      state: damaged.length > 0 ? 'damaged' : rest,
      ...(this.#checkedAt !== undefined && { checkedAt: this.#checkedAt }),
      ...(this.#failure !== undefined && { failure: this.#failure }),
      damaged,
      quarantined: await this.#countQuarantined(),
    };
  }
}
