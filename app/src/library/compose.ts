// Retrievers made of the stages that a pipeline names. A retriever is made once for the encoders that it runs with; the
// snapshot comes with each query, so a reopened index needs no new one.

import { EngineError, type IndexReader } from '@quire/engine/core';
import { atLeast, concatenate, fuse, type PartRef, type Retriever, retrieve, rm3 } from '@quire/engine/retrieval';
import type { Encoders } from './paper-index.ts';
import type { Pipeline, StageSpec } from './pipelines.ts';

export interface Composed {
  readonly pipeline: Pipeline;
  /** The candidates. */
  readonly stages: Retriever;
  /** The candidates where no paper has any word of the query. */
  readonly withoutKnownWords: Retriever;
  /** The candidates of either kind with all that stands below them. */
  readonly withRest: (candidates: Retriever) => Retriever;
  /** The stages inside that search words: what they return matches a word of the query. */
  readonly byWords: readonly Retriever[];
  /** So does what stands below the candidates. */
  readonly restIsLexical: boolean;
  /** Every hit matches a word: nothing else is searched. */
  readonly isLexical: boolean;
}

const known = new WeakMap<Encoders, Map<Pipeline, Composed>>();

/** The stages of `pipeline` over the parts that `encoders` make. Throws NOT_FOUND when it needs an encoder that is not there. */
export function composed(pipeline: Pipeline, encoders: Encoders): Composed {
  const all = known.get(encoders) ?? new Map<Pipeline, Composed>();
  known.set(encoders, all);
  const found = all.get(pipeline) ?? compose(pipeline, encoders);
  all.set(pipeline, found);
  return found;
}

function compose(pipeline: Pipeline, encoders: Encoders): Composed {
  const byWords: Retriever[] = [];
  let isLexical = true;
  // Equal specs are one retriever: a run makes the list of each retriever once.
  const made = new Map<string, Retriever>();
  const make = (spec: StageSpec): Retriever => {
    const key = JSON.stringify(spec);
    const stage = made.get(key) ?? stageOf(spec, encoders, make);
    if (!made.has(key) && spec.stage === 'retrieve') {
      if (spec.part === 'terms') byWords.push(stage);
      else isLexical = false;
    }
    made.set(key, stage);
    return stage;
  };
  const stages = make(pipeline.stages);
  const withoutKnownWords = pipeline.withoutKnownWords === undefined ? stages : make(pipeline.withoutKnownWords);
  const ofStages = byWords.slice(); // those of `rest` run only for deep pages
  const rest = pipeline.rest === undefined ? undefined : make(pipeline.rest);
  const longer = new Map(
    [stages, withoutKnownWords].map((each) => [each, rest === undefined ? each : concatenate(each, rest)]),
  );
  const withRest = (candidates: Retriever) => longer.get(candidates) ?? candidates;
  return {
    pipeline,
    stages,
    withoutKnownWords,
    withRest,
    byWords: ofStages,
    restIsLexical: pipeline.rest?.stage === 'retrieve' && pipeline.rest.part === 'terms',
    isLexical,
  };
}

function stageOf(spec: StageSpec, encoders: Encoders, make: (spec: StageSpec) => Retriever): Retriever {
  switch (spec.stage) {
    case 'retrieve':
      if (spec.part === 'terms') return retrieve(encoders.terms, snapshotPart('terms'), spec.k);
      return retrieve(denseOf(encoders), snapshotPart('dense'), spec.k);
    case 'rm3':
      return rm3(encoders.terms, snapshotPart('terms'), { k: spec.k });
    case 'atLeast':
      return atLeast(make(spec.of), typeof spec.floor === 'number' ? spec.floor : denseOf(encoders).fusion[spec.floor]);
    case 'fuse':
      return fuse({ by: spec.by, weights: weightsOf(spec.weights, encoders) }, ...spec.of.map(make));
    case 'concatenate':
      return concatenate(...spec.of.map(make));
    default:
      return spec satisfies never;
  }
}

/** Of words and meaning, in this order. */
function weightsOf(weights: readonly number[] | 'encoder', encoders: Encoders): readonly number[] {
  if (weights !== 'encoder') return weights;
  const { weight } = denseOf(encoders).fusion;
  return [1 - weight, weight];
}

function denseOf({ dense }: Encoders): NonNullable<Encoders['dense']> {
  if (dense !== undefined) return dense;
  throw new EngineError('NOT_FOUND', 'The pipeline needs an encoder, and none ships in models/', {
    hint: 'Choose lexical or bm25.',
  });
}

/** The part of that name in the snapshot of the query's context. */
function snapshotPart<K extends 'terms' | 'dense'>(kind: K): PartRef<K> {
  return {
    queryKind: kind,
    documentKind: kind,
    part: kind,
    open({ snapshot }) {
      if (snapshot === undefined) throw new EngineError('INVALID_ARGUMENT', 'A pipeline was run without a snapshot');
      const reader = snapshot.part(kind as never) as IndexReader<K>; // paper-index.ts names its parts by their kinds
      return { reader, snapshot, done: () => {} };
    },
  };
}
