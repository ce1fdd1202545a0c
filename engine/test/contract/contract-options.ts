// What the contract of index kinds is given: the cases by name, and how to make documents and queries of the kind.

import type { DocumentRep, Kind, QueryRep } from '@quire/engine/core';

export type ContractCase =
  | 'add'
  | 'delete'
  | 'replace'
  | 'ties'
  | 'filters'
  | 'reopen'
  | 'snapshots'
  | 'crash'
  | 'determinism'
  | 'merge'
  | 'model'
  | 'statistics'
  | 'spaces'
  | 'sync'
  | 'explain'
  | 'pruning'
  | 'builds'
  | 'score'
  | 'gather'
  | 'refuses';

export interface ContractOptions<K extends Kind> {
  /**
   * The representation of document number `i`, in the kind's space; undefined for some numbers if the kind allows it.
   * Every query should match most of the first hundred.
   */
  readonly document: (i: number) => DocumentRep<K> | undefined;
  /** At least three. */
  readonly queries: readonly QueryRep<K>[];
  /** For a lossy kind: is what was read back near enough to what was added? Default for vectors: to 2 % of the largest. */
  readonly isNear?: (found: DocumentRep<K>, added: DocumentRep<K>) => boolean;
  /** A representation of the kind's space that its check refuses. */
  readonly bad: DocumentRep<K>;
  /** Documents in the larger cases. Default 1000. */
  readonly size?: number;
  /** Cases that do not apply, and why. */
  readonly skip?: readonly { readonly reason: string; readonly cases: readonly ContractCase[] }[];
  /** Printed with every random case. */
  readonly seed?: number;
}
