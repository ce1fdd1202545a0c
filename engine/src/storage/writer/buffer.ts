// Documents and representations that a writer has accepted and not yet written to a segment. It holds what will be
// written (stored fields, columns, representations), not the whole text.

import { compareUtf8 } from '../../core/order.ts';
import type { ColumnValue, DocId, Document, DocumentRep, Kind, Schema } from '../../core/types.ts';
import { encodeStored, type Rows, storedFields } from '../documents/table.ts';

export type RepsByPart = Readonly<Record<string, DocumentRep<Kind> | undefined>>;

interface Row {
  readonly id: DocId;
  readonly stored: Uint8Array;
  readonly columns: Readonly<Record<string, ColumnValue>>;
  readonly reps: RepsByPart;
  readonly bytes: number;
}

const ROW_BYTES = 200; // heap bytes of an empty row

export class DocumentBuffer {
  readonly #stored: readonly string[];
  readonly #rows = new Map<DocId, Row>();
  #bytes = 0;

  constructor(schema: Schema) {
    this.#stored = storedFields(schema);
  }

  get size(): number {
    return this.#rows.size;
  }
  /** Estimated bytes of memory; equal for equal documents. */
  get bytes(): number {
    return this.#bytes;
  }
  has(id: DocId): boolean {
    return this.#rows.has(id);
  }

  add(document: Document, reps: RepsByPart): void {
    const stored = encodeStored(this.#stored, document);
    const columns = { ...document.columns };
    const bytes = ROW_BYTES + 2 * document.id.length + stored.length + memoryOf(columns) + memoryOf(reps);
    this.#rows.set(document.id, { id: document.id, stored, columns, reps: { ...reps }, bytes });
    this.#bytes += bytes;
  }

  delete(id: DocId): boolean {
    this.#bytes -= this.#rows.get(id)?.bytes ?? 0;
    return this.#rows.delete(id);
  }

  clear(): void {
    this.#rows.clear();
    this.#bytes = 0;
  }

  /** The documents in id order. */
  sorted(): { readonly rows: Rows; readonly reps: readonly RepsByPart[] } {
    const sorted = [...this.#rows.values()].sort((a, b) => compareUtf8(a.id, b.id));
    return {
      rows: {
        size: sorted.length,
        ids: () => sorted.map((row) => row.id),
        column: async (name) => (ord) => {
          const { columns } = sorted[ord]!;
          return Object.hasOwn(columns, name) ? columns[name] : undefined;
        },
        stored: (ord) => sorted[ord]!.stored,
      },
      reps: sorted.map((row) => row.reps),
    };
  }
}

/** A rough size in memory: exact for typed arrays, which are most of a representation. */
function memoryOf(value: unknown): number {
  if (typeof value === 'string') return 16 + 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) return 64 + value.byteLength;
  if (Array.isArray(value)) return 32 + 24 * value.length; // the strings of a token stream are mostly shared
  const members = value instanceof Map ? [...value.values()] : Object.values(value);
  return members.reduce<number>((sum, member) => sum + memoryOf(member), 48);
}
