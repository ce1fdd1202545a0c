// A codec trained on documents that are in the library already: for a part built beside them, and for a part whose older
// bytes need no codec, before the first merge or segment that does.

import { EngineError } from '../../core/errors.ts';
import type { Cancellable, DocId, DocumentRep, Kind, Ord } from '../../core/types.ts';
import { type OpenCodec, sampleOf, trainCodec, trainingSample } from '../codecs.ts';
import type { SegmentState } from '../commit.ts';
import { codecFile } from '../file-names.ts';
import type { AnyCodecKind } from '../part.ts';
import type { Pending, WriterHost } from './pending.ts';

export const BATCH = 256; // documents encoded or read at once

/** A live document: its segment and its Ord there. */
type Stored = readonly [state: SegmentState, ord: number];

/** Representations of some documents, undefined for one without. */
type Read<D extends Kind> = (documents: readonly Stored[]) => Promise<readonly (DocumentRep<D> | undefined)[]>;

/** Trains the codec of part `name` on at most `kind.sample` live documents, or on its reference. */
export async function trainOnDocuments<D extends Kind>(
  { directory }: WriterHost,
  pending: Pending,
  name: string,
  kind: AnyCodecKind,
  read: Read<D>,
  options: Cancellable,
): Promise<OpenCodec> {
  const own: DocumentRep<D>[] = [];
  if (kind.reference === undefined) {
    const live = pending.states.flatMap((state) => liveOrds(state).map((ord): Stored => [state, ord]));
    const chosen = sampleOf(live, kind.sample);
    for (let at = 0; at < chosen.length; at += BATCH) {
      for (const rep of await read(chosen.slice(at, at + BATCH))) if (rep !== undefined) own.push(rep);
    }
  }
  const sample = await trainingSample(kind, own, options);
  return trainCodec(directory, codecFile(pending.next(), name), kind, sample, options);
}

/** Trains what the newest commit lacks: segments of an older version were written without a codec. */
export async function trainMissing(host: WriterHost, pending: Pending): Promise<void> {
  if (pending.states.length === 0) return; // the first segment trains
  const codecs = new Map(pending.codecs);
  for (const [name, { codec }] of pending.kinds) {
    if (codec === undefined || codecs.has(name)) continue;
    codecs.set(name, await trainOnDocuments(host, pending, name, codec, (documents) => stored(name, documents), {}));
    pending.isChanged = true;
  }
  pending.codecs = codecs;
}

async function stored(name: string, documents: readonly Stored[]): Promise<readonly (DocumentRep<Kind> | undefined)[]> {
  const reps: (DocumentRep<Kind> | undefined)[] = [];
  for (const [{ segment }, ord] of documents) {
    const { gather } = segment.part(name).part;
    if (gather === undefined) {
      throw new EngineError(
        'UNSUPPORTED',
        `Part ${name} has no codec, and its documents cannot be read back to train one`,
        {
          hint: `Build the part again with Writer.buildPart(${JSON.stringify(name)}, …).`,
        },
      );
    }
    reps.push(...(await gather([ord as Ord]))); // an Ord of this segment
  }
  return reps;
}

export function idsOf(documents: readonly Stored[]): readonly DocId[] {
  return documents.map(([{ segment }, ord]) => segment.table.ids.at(ord));
}

export function liveOrds({ info, deleted }: SegmentState): readonly number[] {
  const ords: number[] = [];
  for (let ord = 0; ord < info.size; ord++) if (!deleted?.has(ord)) ords.push(ord);
  return ords;
}
