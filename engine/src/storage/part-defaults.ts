// The fingerprints of a part kind with its defaults filled in, and the checks of representations against them.

import { EngineError } from '../core/errors.ts';
import { plainFingerprint } from '../core/fingerprint.ts';
import type { DocId, Fingerprint, Representation, Side } from '../core/types.ts';
import type { AnyPartKind } from './part.ts';

type Fingerprints = Pick<AnyPartKind, 'space' | 'queryKind' | 'documentKind' | 'documents' | 'accepts'>;

/** Fingerprint of the documents that a part of this kind stores. */
export function documentsOf(kind: Pick<Fingerprints, 'space' | 'documents'>): Fingerprint {
  return kind.documents ?? plainFingerprint(kind.space, 'document');
}

/** Fingerprints of the queries that a part of this kind answers. */
export function acceptsOf(kind: Fingerprints): readonly Fingerprint[] {
  if (kind.accepts !== undefined) return kind.accepts;
  const plain = plainFingerprint(kind.space, 'query');
  const isSymmetric = kind.queryKind === kind.documentKind && kind.queryKind !== 'terms' && kind.queryKind !== 'multi';
  return isSymmetric ? [plain, documentsOf(kind)] : [plain];
}

/** Throws ENCODER_MISMATCH for a query that the part `name` does not answer. */
export function assertQuery(name: string, kind: Fingerprints, query: Representation): void {
  const accepts = acceptsOf(kind);
  const isRight = query?.kind === kind.queryKind && query.space === kind.space && isSide(query, 'query');
  if (isRight && accepts.includes(query.fingerprint)) return;
  throw new EngineError(
    'ENCODER_MISMATCH',
    `Part ${name} answers ${kind.queryKind} queries of ${accepts.join(' or ')} in space ${kind.space}; the query is ${described(query)}`,
    {
      hint: 'Encode the query with the encoder of the part, name its fingerprint in `accepts`, or rebuild the part with Writer.buildPart.',
    },
  );
}

/** Throws ENCODER_MISMATCH for a representation that the part `name` does not store. */
function assertDocument(name: string, kind: Fingerprints, rep: Representation, id: string): void {
  const isRight = rep?.kind === kind.documentKind && rep.space === kind.space && isSide(rep, 'document');
  if (isRight && rep.fingerprint === documentsOf(kind)) return;
  throw new EngineError(
    'ENCODER_MISMATCH',
    `Document ${JSON.stringify(id)}: part ${name} stores ${kind.documentKind} of ${documentsOf(kind)} in space ${kind.space}, not ${described(rep)}`,
    { hint: 'Encode documents with the encoder that the part was made for.' },
  );
}

function isSide(rep: Representation, side: Side): boolean {
  return !('side' in rep) || rep.side === side;
}

function described(rep: Representation | null | undefined): string {
  if (rep === null || rep === undefined) return String(rep);
  return `${rep.kind} of ${rep.fingerprint} in space ${rep.space}`;
}

/** Throws ENCODER_MISMATCH, or what the kind's check throws with the document's id in front. */
export function checkRep(name: string, kind: AnyPartKind, rep: Representation, id: DocId): void {
  assertDocument(name, kind, rep, id);
  try {
    kind.check(rep);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError(error.code, `Document ${JSON.stringify(id)}, part ${name}: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}
