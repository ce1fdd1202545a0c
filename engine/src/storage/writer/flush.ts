// The buffered documents become a segment. The first segment of a part with a codec trains it, unless the codec has a
// reference; documents that did not train it are counted in its drift.

import type { Cancellable } from '../../core/types.ts';
import type { Codecs, OpenCodec } from '../codecs.ts';
import { segmentState } from '../commit.ts';
import { codecFile } from '../file-names.ts';
import { openSegment, writeSegment } from '../segment.ts';
import type { DocumentBuffer } from './buffer.ts';
import type { Pending, WriterHost } from './pending.ts';

/** Writes the buffer, adds the segment to `pending` and empties the buffer. */
export async function flush(
  { directory, schema, trace }: WriterHost,
  pending: Pending,
  buffer: DocumentBuffer,
  options: Cancellable = {},
): Promise<void> {
  if (buffer.size === 0) return;
  const { rows, reps } = buffer.sorted();
  const repsOf = (part: string) => reps.map((row) => row[part]);
  const { kinds } = pending;
  const codecs = new Map<string, OpenCodec>(pending.codecs);
  const drifted = new Map<string, OpenCodec>();
  for (const [name, { codec: kind }] of kinds) {
    if (kind === undefined) continue;
    const present = repsOf(name).filter((rep) => rep !== undefined);
    const open = codecs.get(name);
    const { addDrift, trainCodec, trainingSample } = await import('../codecs.ts');
    const codec =
      open ??
      (await trainCodec(
        directory,
        codecFile(pending.next(), name),
        kind,
        await trainingSample(kind, present, options),
        options,
      ));
    codecs.set(name, codec);
    if (open !== undefined || kind.reference !== undefined) drifted.set(name, addDrift(codec, kind, present));
  }
  const info = await writeSegment(
    directory,
    schema,
    kinds,
    pending.next,
    rows,
    (part) => streamOf(repsOf(part)),
    codecs,
    options,
  );
  const segment = await openSegment(directory, schema, info, kinds, { trace, codecs });
  pending.states = [...pending.states, segmentState(info, segment, undefined)];
  pending.codecs = new Map([...codecs, ...drifted]) satisfies Codecs;
  buffer.clear();
  trace?.({ name: 'commit.flush', facts: { segment: info.name, documents: info.size } });
}

/** A list as a stream. */
async function* streamOf<T>(list: readonly T[]): AsyncGenerator<T> {
  yield* list;
}
