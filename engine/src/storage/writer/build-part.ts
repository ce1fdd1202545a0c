// A part built for documents that are already in the library, beside the parts that are searched meanwhile. Batches of
// representations go from the encoder straight into the kind's `write`: no segment is held in memory. A kind with a codec
// gets it trained first, on a sample that is encoded once more.

import { EngineError, throwIfAborted } from '../../core/errors.ts';
import type { Cancellable, DocId, DocumentRep, Kind } from '../../core/types.ts';
import type { OpenCodec } from '../codecs.ts';
import type { SegmentState } from '../commit.ts';
import { partFile } from '../file-names.ts';
import type { PartKind } from '../part.ts';
import { checkRep } from '../part-defaults.ts';
import { writeFile } from '../sections.ts';
import { type Kinds, openSegment } from '../segment.ts';
import type { Pending, WriterHost } from './pending.ts';
import { BATCH, idsOf, liveOrds, trainOnDocuments } from './train-on-documents.ts';

export type Encode<D extends Kind> = (ids: readonly DocId[]) => Promise<readonly (DocumentRep<D> | undefined)[]>;

/** Builds part `name` for every live document of `pending` and switches it in for the next commit. */
export async function buildPart<Q extends Kind, D extends Kind, C>(
  host: WriterHost,
  pending: Pending,
  name: string,
  kind: PartKind<Q, D, C>,
  encode: Encode<D>,
  options: Cancellable = {},
): Promise<void> {
  const batch = checkedEncode(name, kind, encode, options);
  const kinds = new Map(pending.kinds).set(name, kind);
  const codecs = new Map(pending.codecs);
  codecs.delete(name);
  // An empty library has nothing to train on: its first segment does.
  const hasDocuments = pending.states.length > 0;
  if (kind.codec !== undefined && hasDocuments) {
    const read = (documents: Parameters<typeof idsOf>[0]) => batch(idsOf(documents));
    codecs.set(name, await trainOnDocuments(host, pending, name, kind.codec, read, options));
  }
  const total = pending.states.reduce((sum, state) => sum + liveOrds(state).length, 0);
  let done = 0;
  const onBatch = (size: number) => {
    done += size;
    (options.trace ?? host.trace)?.({ name: 'part.encode', done, total });
  };
  const built: SegmentState[] = [];
  try {
    for (const state of pending.states) {
      const reps = repsOf(state, batch, onBatch);
      built.push(await buildInto(host, pending, state, { name, kind, kinds, codecs, reps, options }));
    }
  } catch (error) {
    for (const { segment } of built) segment.release();
    throw error;
  }
  pending.replaceStates(built);
  pending.kinds = kinds;
  pending.codecs = codecs;
  pending.isChanged = true;
}

interface Build<D extends Kind> {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the query kind and the codec are not read here
  readonly kind: PartKind<any, D, any>;
  readonly kinds: Kinds;
  readonly codecs: ReadonlyMap<string, OpenCodec>;
  readonly reps: AsyncIterable<DocumentRep<D> | undefined>;
  readonly options: Cancellable;
}

async function buildInto<D extends Kind>(
  { directory, schema, trace }: WriterHost,
  pending: Pending,
  { info, deleted, live }: SegmentState,
  { name, kind, kinds, codecs, reps, options }: Build<D>,
): Promise<SegmentState> {
  const own = { ...options, codec: codecs.get(name)?.codec };
  const file = await writeFile(directory, partFile(pending.next(), name), (out) =>
    kind.write({ size: info.size, reps }, out, own),
  );
  const switched = { ...info, parts: { ...info.parts, [name]: { ...file, version: kind.version } } };
  const segment = await openSegment(directory, schema, switched, kinds, { trace, codecs });
  return { info: switched, segment, deleted, live };
}

/** The representations of a segment in Ord order; undefined for a deleted document. */
async function* repsOf<D extends Kind>(
  { info, segment, deleted }: SegmentState,
  encode: Encode<D>,
  onBatch: (size: number) => void,
): AsyncGenerator<DocumentRep<D> | undefined> {
  for (let first = 0; first < info.size; ) {
    const batch: number[] = [];
    let end = first;
    for (; end < info.size && batch.length < BATCH; end++) if (!deleted?.has(end)) batch.push(end);
    const reps = await encode(batch.map((ord) => segment.table.ids.at(ord)));
    for (let ord = first, i = 0; ord < end; ord++) yield batch[i] === ord ? reps[i++] : undefined;
    onBatch(batch.length);
    first = end;
  }
}

/** `encode` with checks of what it returns; nothing is asked for no ids. */
function checkedEncode<D extends Kind>(
  name: string,
  // biome-ignore lint/suspicious/noExplicitAny: the query kind and the codec are not read here
  kind: PartKind<any, D, any>,
  encode: Encode<D>,
  { signal }: Cancellable,
): Encode<D> {
  return async (ids) => {
    throwIfAborted(signal);
    if (ids.length === 0) return [];
    const reps = await encode(ids);
    if (!Array.isArray(reps) || reps.length !== ids.length) {
      const returned = Array.isArray(reps) ? reps.length : 0;
      throw new EngineError('INVALID_ARGUMENT', `encode returned ${returned} representations for ${ids.length} ids`, {
        hint: 'Return one representation, or undefined, for each id.',
      });
    }
    for (const [i, rep] of reps.entries()) if (rep !== undefined) checkRep(name, kind, rep, ids[i]!);
    return reps;
  };
}
