// The codecs of a library: trained once, kept in a file that the manifest names, and passed to every segment of the part.
// Drift compares the error of later documents with that of the documents that the codec was trained on.

import { EngineError } from '../core/errors.ts';
import { Rng } from '../core/rng.ts';
import type { Cancellable, DocumentRep, Kind } from '../core/types.ts';
import type { Directory } from './directory.ts';
import type { CodecFile, Manifest, MeanError } from './manifest-shape.ts';
import type { AnyCodecKind, AnyPartKind } from './part.ts';
import { openSectionFile, writeFile } from './sections.ts';

export interface OpenCodec {
  readonly file: CodecFile;
  readonly codec: unknown;
}
/** By part name. */
export type Codecs = ReadonlyMap<string, OpenCodec>;

const SAMPLE_SEED = 20191; // any number: the same sample at every run
/** Documents of a new segment whose error is measured, at most. */
const MEASURED = 1024;
/** Documents below which a mean error says nothing. */
const FEWEST_ADDED = 256;
/** `doctor` advises to rebuild a part whose later documents have this multiple of the error of the trained ones. */
const DRIFTED = 1.25;

/** The list, or `size` of it in the same order (Knuth's algorithm S with a fixed seed). */
export function sampleOf<T>(list: readonly T[], size: number): readonly T[] {
  const rng = new Rng(SAMPLE_SEED);
  const chosen: T[] = [];
  for (let i = 0; i < list.length && chosen.length < size; i++) {
    if (rng.float() * (list.length - i) < size - chosen.length) chosen.push(list[i]!);
  }
  return chosen;
}

/** What a codec is trained on: its reference where it has one, else a sample of the library's own documents. */
export async function trainingSample<D extends Kind>(
  kind: AnyCodecKind,
  own: readonly DocumentRep<D>[],
  options: Cancellable = {},
): Promise<readonly DocumentRep<Kind>[]> {
  return kind.reference === undefined ? sampleOf(own, kind.sample) : kind.reference(options);
}

/** Trains a codec and writes it to `name`. What is returned was read back, as all later users read it. */
export async function trainCodec(
  directory: Directory,
  name: string,
  kind: AnyCodecKind,
  sample: readonly DocumentRep<Kind>[],
  options: Cancellable = {},
): Promise<OpenCodec> {
  const trained = await kind.train(sample, options);
  const info = await writeFile(directory, name, (out) => kind.write(trained, out));
  const file = { ...info, codec: kind.name, version: kind.version, trained: NOTHING, added: NOTHING };
  const { codec } = await readCodec(directory, file, kind);
  const { error } = meanError(kind, codec, sampleOf(sample, MEASURED));
  return { file: { ...file, trained: { documents: sample.length, error } }, codec };
}

/** The codecs of a commit; those of `reuse` that it names are not read again. Throws SCHEMA_MISMATCH or CORRUPT. */
export async function openCodecs(
  directory: Directory,
  manifest: Pick<Manifest, 'codecs' | 'segments'>,
  kinds: ReadonlyMap<string, AnyPartKind>,
  reuse: Codecs,
): Promise<Codecs> {
  const codecs = new Map<string, OpenCodec>();
  for (const [name, { codec: kind }] of kinds) {
    const file = manifest.codecs[name];
    assertCodec(name, kind, file, needsCodec(manifest, name, kind));
    if (kind === undefined || file === undefined) continue;
    const open = reuse.get(name);
    const isOpen = open?.file.file === file.file && open.file.checksum === file.checksum;
    codecs.set(name, isOpen ? { file, codec: open.codec } : await readCodec(directory, file, kind));
  }
  return codecs;
}

async function readCodec(directory: Directory, file: CodecFile, kind: AnyCodecKind): Promise<OpenCodec> {
  const sections = await openSectionFile(directory, file);
  try {
    return { file, codec: await kind.open(sections) };
  } finally {
    await sections.close();
  }
}

/** Whether a segment has bytes that only the codec makes readable. */
function needsCodec({ segments }: Pick<Manifest, 'segments'>, part: string, kind: AnyCodecKind | undefined): boolean {
  return segments.some(({ parts }) => (parts[part]?.version ?? 0) >= (kind?.since ?? 0));
}

function assertCodec(
  part: string,
  kind: AnyCodecKind | undefined,
  file: CodecFile | undefined,
  isNeeded: boolean,
): void {
  const wanted = kind && `${kind.name} of version ${kind.version}`;
  const found = file && `${file.codec} of version ${file.version}`;
  if (wanted === found || (found === undefined && !isNeeded)) return;
  throw new EngineError('SCHEMA_MISMATCH', `Part ${part} has the codec ${found ?? 'none'}, not ${wanted ?? 'none'}`, {
    hint: `Build the part again with Writer.buildPart(${JSON.stringify(part)}, …): it trains a new codec.`,
  });
}

// ───────────────────────────────────────────── drift

const NOTHING: MeanError = { documents: 0, error: 0 };

/** The codec after the documents of a new segment: their mean error is added to that of the documents before them. */
export function addDrift(open: OpenCodec, kind: AnyCodecKind, reps: readonly DocumentRep<Kind>[]): OpenCodec {
  const error = meanError(kind, open.codec, sampleOf(reps, MEASURED));
  const added = joined(open.file.added, { ...error, documents: reps.length });
  return { ...open, file: { ...open.file, added } };
}

function meanError(kind: AnyCodecKind, codec: unknown, reps: readonly DocumentRep<Kind>[]): MeanError {
  if (reps.length === 0) return NOTHING;
  const sum = reps.reduce((total, rep) => total + kind.error(codec, rep), 0);
  if (Number.isFinite(sum) && sum >= 0) return { documents: reps.length, error: sum / reps.length };
  throw new EngineError('INVALID_ARGUMENT', `The codec ${kind.name} measures an error of ${sum}`, {
    hint: 'CodecKind.error must return a finite number of at least 0.',
  });
}

function joined(a: MeanError, b: MeanError): MeanError {
  const documents = a.documents + b.documents;
  if (documents === 0) return NOTHING;
  return { documents, error: (a.error * a.documents + b.error * b.documents) / documents };
}

/** What `inspectLibrary` and `verifyLibrary` report of a codec. */
export interface Drift {
  readonly trained: MeanError;
  /** Documents that were added since. */
  readonly added: MeanError;
  /** Error of the added documents divided by that of the trained ones; undefined where one of them has no documents. */
  readonly ratio: number | undefined;
  /** What to do, where the codec no longer fits the documents. */
  readonly advice: string | undefined;
}

export function driftsOf(codecs: Manifest['codecs']): Readonly<Record<string, Drift>> {
  return Object.fromEntries(Object.entries(codecs).map(([part, file]) => [part, driftOf(part, file)]));
}

function driftOf(part: string, { trained, added }: CodecFile): Drift {
  const ratio = added.documents === 0 || trained.documents === 0 ? undefined : added.error / (trained.error || 1e-300);
  const isUntrained = trained.documents === 0 && added.documents > 0;
  const isDrifted = added.documents >= FEWEST_ADDED && ratio !== undefined && ratio >= DRIFTED && added.error > 0;
  const why = isUntrained
    ? 'was trained on no document'
    : `has ${shownRatio(ratio)} times the error on ${added.documents} later documents`;
  const advice = isUntrained || isDrifted ? `The codec of part ${part} ${why}: build the part again.` : undefined;
  return { trained, added, ratio, advice };
}

function shownRatio(ratio: number | undefined): string {
  return ratio === undefined || ratio > 1000 ? 'over 1000' : ratio.toFixed(2);
}
