// Any index kind as two shards: each holds about half of a segment's documents, adds its own statistics, and is
// searched with the sums over everything, so that a term weighs the same in both. Documents keep their shard when
// segments merge. What a distributed backend does between machines, done between sections.

import { compareHits, type DocumentRep, type Explanation, type Kind } from '@quire/engine/core';
import { asUint32, BitSet, bytesOf } from '@quire/engine/internals';
import {
  type Candidates,
  type MergeSource,
  type PartKind,
  type SectionReader,
  type SectionWriter,
  type SegmentPart,
  sumStatistics,
} from '@quire/engine/storage';

import { inputOf } from '../support/input.ts';

const SHARDS = [0, 1] as const;

interface Sharded<K extends Kind> extends SegmentPart<K> {
  readonly second: BitSet; // members of shard 1
  readonly shards: readonly SegmentPart<K>[];
}

export function twoShards<K extends Kind>(inner: PartKind<K>): PartKind<K> {
  const opened = new WeakMap<SegmentPart<K>, Sharded<K>>();
  return {
    name: `test-two-shards-${inner.name}`,
    version: inner.version,
    queryKind: inner.queryKind,
    documentKind: inner.documentKind,
    space: inner.space,
    documents: inner.documents,
    accepts: inner.accepts,
    lossy: inner.lossy,
    check: (rep) => inner.check(rep),
    config: { inner: JSON.stringify(inner.config) },
    write: async (input, out, options) => {
      const second = new BitSet(input.size);
      for (let ord = 1; ord < input.size; ord += 2) second.add(ord);
      await writeMembers(second, out);
      const all: (DocumentRep<K> | undefined)[] = []; // a test kind: small segments
      for await (const rep of input.reps) all.push(rep);
      for (const shard of SHARDS) {
        const own = inputOf<K>(input.size, (ord) => (ord % 2 === shard ? all[ord] : undefined));
        await inner.write(own, shardWriter(shard, out), options);
      }
    },
    open: async (sections, options) => {
      const words = asUint32(await sections.readAll('members'));
      const shards: SegmentPart<K>[] = [];
      for (const shard of SHARDS) shards.push(await inner.open(shardReader(shard, sections), options));
      const part = sharded(new BitSet(words.length * 32, words), shards);
      opened.set(part, part);
      return part;
    },
    merge: async (sources, size, out, options) => {
      const second = new BitSet(size);
      for (const { part, ords } of sources) {
        for (const [old, ord] of ords.entries()) if (ord >= 0 && opened.get(part)!.second.has(old)) second.add(ord);
      }
      await writeMembers(second, out);
      for (const shard of SHARDS) {
        const own = sources.map(
          ({ part, sections, version, ords }): MergeSource<K> => ({
            version,
            part: opened.get(part)!.shards[shard]!,
            sections: shardReader(shard, sections),
            ords,
          }),
        );
        await inner.merge(own, size, shardWriter(shard, out), options);
      }
    },
  };
}

function sharded<K extends Kind>(second: BitSet, shards: readonly SegmentPart<K>[]): Sharded<K> {
  const shardOf = (ord: number) => shards[second.has(ord) ? 1 : 0]!;
  return {
    second,
    shards,
    count: shards.reduce((sum, shard) => sum + shard.count, 0),
    residentBytes: shards.reduce((sum, shard) => sum + shard.residentBytes, 0),
    statistics: async (query) => sumStatistics(await Promise.all(shards.map((shard) => shard.statistics(query)))),
    search: async (query, k, scope) => best(await Promise.all(shards.map((shard) => shard.search(query, k, scope))), k),
    score: async (query, ords, scope) => {
      const scores = new Float64Array(ords.length);
      for (const [i, ord] of ords.entries()) scores[i] = (await shardOf(ord).score(query, [ord], scope))[0]!;
      return scores;
    },
    gather: shards.some((shard) => shard.gather === undefined)
      ? undefined
      : async (ords, options) => {
          const reps: (DocumentRep<K> | undefined)[] = [];
          for (const ord of ords) reps.push((await shardOf(ord).gather!([ord], options))[0]);
          return reps;
        },
    explain: async (query, ord, scope): Promise<Explanation | undefined> => shardOf(ord).explain(query, ord, scope),
    has: (ord) => shardOf(ord).has(ord),
    close: () => {
      for (const shard of shards) shard.close();
    },
  };
}

/** The first k of both lists; an Ord padded to one length sorts as its id does. */
function best(lists: readonly Candidates[], k: number): Candidates {
  const hits = lists.flatMap(({ ords, scores }) =>
    Array.from(ords, (ord, i) => ({ id: String(ord).padStart(10, '0'), score: scores[i]! })),
  );
  const first = hits.sort(compareHits).slice(0, k);
  return {
    ords: Uint32Array.from(first, (hit) => Number(hit.id)),
    scores: Float64Array.from(first, (hit) => hit.score),
  };
}

async function writeMembers(second: BitSet, out: SectionWriter): Promise<void> {
  const sink = await out.section('members');
  await sink.append(bytesOf(second.words));
  await sink.close();
}

function shardWriter(shard: number, out: SectionWriter): SectionWriter {
  return { section: (name) => out.section(`${shard}/${name}`), scratch: () => out.scratch() };
}

function shardReader(shard: number, sections: SectionReader): SectionReader {
  const { readSync } = sections;
  return {
    has: (name) => sections.has(`${shard}/${name}`),
    size: (name) => sections.size(`${shard}/${name}`),
    read: (name, offset, length, options) => sections.read(`${shard}/${name}`, offset, length, options),
    readAll: (name, options) => sections.readAll(`${shard}/${name}`, options),
    ...(readSync !== undefined && {
      readSync: (name: string, offset: number, length: number) => readSync(`${shard}/${name}`, offset, length),
    }),
  };
}
