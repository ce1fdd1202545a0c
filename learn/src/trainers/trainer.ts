// The training loop: draws an objective, runs its graph with its gradients, and takes one step of the optimiser. Every random choice is a
// function of (seed, step), and the state is whole between two steps, so a run that is stopped and resumed gives the same bytes as one that
// is not.

import { type Cancellable, EngineError, throwIfAborted } from '@quire/engine/core';
import { nextTurn, Rng } from '@quire/engine/internals';
import { type Executor, type Feeds, Graph, type NodeId, type Weights } from '@quire/engine/network';
import { gradients } from '../graph/gradients.ts';
import { AdamW } from '../optimisers/adamw.ts';
import { Lamb } from '../optimisers/lamb.ts';
import { entriesOf, type GradientEntry, type Optimiser } from '../optimisers/optimiser.ts';
import { Averages } from './averages.ts';
import { type ChunkedFeeds, GradientCache, type VectorObjective } from './gradient-cache.ts';
import { rateAt, type Schedule } from './schedule.ts';

/** A loss and what it is computed from. */
export interface Objective {
  readonly name: string;
  /** How often it is drawn, beside the other objectives. Default 1. */
  readonly share?: number;
  /** Adds the loss, (1, 1), to a new graph. */
  build(graph: Graph): NodeId;
  /** Called before `feeds`; may run the executor, for lists that the model retrieves. What it finds must follow from weights and step alone. */
  prepare?(step: number): Promise<void>;
  /** What the step reads; all randomness from `rng`. */
  feeds(step: number, rng: Rng): Feeds;
}

/** A loss over vectors, whose batch is encoded in chunks (gradient cache). */
export interface ChunkedObjective extends VectorObjective, Pick<Objective, 'prepare'> {
  inChunks(step: number, rng: Rng): ChunkedFeeds;
}

export interface TrainerConfig {
  readonly seed: number;
  readonly steps: number;
  /** Peak rate of a parameter. */
  readonly rate: (name: string) => number;
  readonly schedule: Schedule;
  /** Weight decay of a parameter. Default: 0. */
  readonly decay?: (name: string) => number;
  /** Parameters that do not move. */
  readonly frozen?: (name: string) => boolean;
  /** Longest gradient. Default 1. */
  readonly clip?: number;
  /** Share of the old average that each step keeps (exponential moving average of the weights); undefined: none. */
  readonly average?: number;
  /** Default .9, .999. */
  readonly betas?: readonly [number, number];
  /** Default adamw. */
  readonly optimiser?: 'adamw' | 'lamb';
}

/** Everything that the next step depends on, besides configuration and data. */
export interface TrainerState {
  readonly step: number;
  readonly weights: Weights;
  readonly moments: Readonly<Record<string, { readonly m: Float32Array; readonly v: Float32Array }>>;
  /** Steps of the optimiser: those with a finite gradient. */
  readonly updates: number;
  readonly averages: Weights | undefined;
}

export interface StepResult {
  readonly objective: string;
  /** Natural units of the objective. */
  readonly loss: number;
  /** Length of the gradient before clipping. */
  readonly gradient: number;
  readonly rate: number;
}

/** An objective that is ready to run. */
interface Program {
  readonly objective: Objective | ChunkedObjective;
  run(step: number, rng: Rng): Promise<{ readonly loss: number; readonly entries: readonly GradientEntry[] }>;
}

/** Steps in a row without a finite gradient, after which a run is stopped. */
const MOST_SKIPPED = 20;

export class Trainer {
  readonly #executor: Executor;
  readonly #config: TrainerConfig;
  readonly #programs: readonly Program[];
  readonly #names: readonly string[];
  readonly #optimiser: Optimiser;
  readonly #averages: Averages | undefined;
  #step = 0;
  #skipped = 0;

  /** Starts from weights, or goes on from a state. Sets the parameters of the executor. */
  constructor(
    executor: Executor,
    objectives: readonly (Objective | ChunkedObjective)[],
    config: TrainerConfig,
    from: Weights | TrainerState,
  ) {
    if (objectives.length === 0) throw new EngineError('INVALID_ARGUMENT', 'There is no objective to train on');
    this.#executor = executor;
    this.#config = config;
    const state = isState(from) ? from : undefined;
    const weights = state?.weights ?? (from as Weights); // a state has a step, weights have arrays alone
    for (const [name, values] of Object.entries(weights)) executor.setParameter(name, values);
    this.#names = Object.keys(weights);
    this.#programs = objectives.map((objective) => this.#compile(objective));
    this.#optimiser = config.optimiser === 'lamb' ? new Lamb(executor) : new AdamW(executor);
    this.#averages = config.average === undefined ? undefined : new Averages(executor, this.#names, config.average);
    if (state === undefined) return;
    this.#step = state.step;
    this.#optimiser.restore({ steps: state.updates, moments: { ...state.moments } });
    if (state.averages !== undefined) this.#averages?.restore(state.averages);
  }

  /** Steps that are done. */
  get step(): number {
    return this.#step;
  }

  /** A copy of the whole state. */
  state(): TrainerState {
    const { steps, moments } = this.#optimiser.state();
    return { step: this.#step, weights: this.weights(), moments, updates: steps, averages: this.#averages?.values() };
  }

  /** A copy of the weights that a model gets: the averages where there are any. */
  result(): Weights {
    return this.#averages?.values() ?? this.weights();
  }

  /** Calls `measure` while the executor has the weights that a model gets, and restores the others behind it. */
  async withResult<T>(measure: () => Promise<T>): Promise<T> {
    if (this.#averages === undefined) return measure();
    const own = this.weights();
    this.#set(this.#averages.values());
    try {
      return await measure();
    } finally {
      this.#set(own);
    }
  }

  weights(): Weights {
    return Object.fromEntries(this.#names.map((name) => [name, this.#executor.parameter(name).values().slice()]));
  }

  /** One step. Throws UNSUPPORTED when the loss has not been finite for 20 steps. */
  async train(): Promise<StepResult> {
    const { seed, rate, schedule, steps, decay, clip, betas } = this.#config;
    const rng = new Rng(mix(seed, this.#step));
    const program = this.#draw(rng);
    await program.objective.prepare?.(this.#step);
    const { loss, entries } = await program.run(this.#step, rng);
    const factor = rateAt(schedule, this.#step, steps);
    const gradient = await this.#optimiser.step(entries, {
      rate: (name) => rate(name) * factor,
      ...(decay === undefined ? {} : { decay }),
      ...(clip === undefined ? {} : { clip }),
      ...(betas === undefined ? {} : { betas }),
    });
    this.#checkFinite(gradient, program.objective.name);
    await this.#averages?.update();
    this.#step++;
    return { objective: program.objective.name, loss, gradient, rate: factor };
  }

  /** Trains up to step `until` (default: the end) and reports `train.step` for each. */
  async run(options: Cancellable & { readonly until?: number } = {}): Promise<void> {
    const last = Math.min(options.until ?? this.#config.steps, this.#config.steps);
    while (this.#step < last) {
      throwIfAborted(options.signal);
      const { loss, gradient, rate, objective } = await this.train();
      options.trace?.({
        name: 'train.step',
        message: objective,
        done: this.#step,
        total: this.#config.steps,
        facts: { loss, gradient, rate },
      });
      await nextTurn(); // signals are heard here
    }
  }

  #set(weights: Weights): void {
    for (const [name, values] of Object.entries(weights)) this.#executor.setParameter(name, values);
  }

  #compile(objective: Objective | ChunkedObjective): Program {
    return 'inChunks' in objective ? this.#inChunks(objective) : this.#whole(objective);
  }

  #whole(objective: Objective): Program {
    const executor = this.#executor;
    const graph = new Graph();
    const loss = objective.build(graph);
    const { frozen } = this.#config;
    const found = gradients(graph, loss, frozen === undefined ? {} : { frozen });
    this.#checkWeights(objective.name, graph.parameters.keys());
    const outputs = [loss, ...found.dense.values(), ...[...found.rows.values()].map(({ grad }) => grad)];
    const run: Program['run'] = async (step, rng) => {
      const ran = await executor.run(graph, objective.feeds(step, rng), outputs);
      return { loss: ran.value(loss)[0]!, entries: entriesOf(executor, graph, found, ran) };
    };
    return { objective, run };
  }

  #inChunks(objective: ChunkedObjective): Program {
    const cache = new GradientCache(this.#executor, objective, this.#config.frozen);
    this.#checkWeights(objective.name, cache.parameters);
    return { objective, run: (step, rng) => cache.run(objective.inChunks(step, rng)) };
  }

  #checkWeights(objective: string, parameters: Iterable<string>): void {
    const missing = [...parameters].find((name) => !this.#names.includes(name));
    if (missing === undefined) return;
    throw new EngineError('INVALID_ARGUMENT', `The objective ${objective} reads ${missing}, which has no weights`);
  }

  #draw(rng: Rng): Program {
    const shares = this.#programs.map(({ objective }) => objective.share ?? 1);
    let at = rng.float() * shares.reduce((sum, share) => sum + share, 0);
    for (const [i, share] of shares.entries()) {
      at -= share;
      if (at < 0) return this.#programs[i]!;
    }
    return this.#programs.at(-1)!;
  }

  #checkFinite(gradient: number, objective: string): void {
    this.#skipped = Number.isFinite(gradient) ? 0 : this.#skipped + 1;
    if (this.#skipped < MOST_SKIPPED) return;
    throw new EngineError(
      'UNSUPPORTED',
      `The gradient of ${objective} was ${gradient} in ${MOST_SKIPPED} steps in a row, up to step ${this.#step}`,
      { hint: 'Lower the rate, or look for values that are not finite in the data.' },
    );
  }
}

function isState(from: Weights | TrainerState): from is TrainerState {
  return typeof (from as TrainerState).step === 'number';
}

/** One 32-bit seed from a seed and a step. */
function mix(seed: number, step: number): number {
  return new Rng(seed ^ Math.imul(step + 1, 0x85ebca6b)).uint32();
}
