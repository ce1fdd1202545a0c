// InfoNCE over a batch (van den Oord et al. 2018; in-batch negatives as in Karpukhin et al. 2020): row i of `queries`
// belongs to row i of `documents`, every other row is a negative. Every sum of exponentials is a log-sum-exp, so no logit overflows.

import { EngineError } from '@quire/engine/core';
import { exp, ln } from '@quire/engine/internals';
import { multiply, multiplyTransposed, transpose } from '../linear/matrix.ts';

export interface InfoNceOptions {
  /** Scores are divided by it. > 0; for cosines 0.02 … 0.1. */
  readonly temperature: number;
  /** Adds the loss from document to query (mean of both directions). Default true. */
  readonly symmetric?: boolean;
}

export interface InfoNceResult {
  /** Mean over the batch, nats. */
  readonly loss: number;
  /** ∂loss / ∂queries. */
  readonly queries: Float64Array; // (batch, dim)
  /** ∂loss / ∂documents. */
  readonly documents: Float64Array; // (batch, dim)
}

/**
 * Loss and gradients for `queries` and `documents`, both (batch, dim), row-major.
 *
 * Throws INVALID_ARGUMENT when the shapes differ or the temperature is not positive.
 */
export function infoNce(
  queries: Float64Array,
  documents: Float64Array,
  batch: number,
  options: InfoNceOptions,
): InfoNceResult {
  const { temperature, symmetric = true } = options;
  check(queries, documents, batch, temperature);
  const dim = queries.length / batch;
  const logits = new Float64Array(batch * batch); // (queries, documents)
  multiplyTransposed(queries, documents, logits, batch, batch, dim);
  for (let i = 0; i < logits.length; i++) logits[i]! /= temperature;

  const { loss, gradient } = softmaxGradient(logits, batch, symmetric);
  for (let i = 0; i < gradient.length; i++) gradient[i]! /= temperature;
  const byQuery = new Float64Array(batch * dim);
  const byDocument = new Float64Array(batch * dim);
  multiply(gradient, documents, byQuery, batch, dim, batch);
  multiply(transpose(gradient, batch, batch), queries, byDocument, batch, dim, batch);
  return { loss, queries: byQuery, documents: byDocument };
}

/** Loss and ∂loss / ∂logits of a (batch, batch) matrix whose diagonal holds the right pairs. */
function softmaxGradient(
  logits: Float64Array,
  batch: number,
  symmetric: boolean,
): { readonly loss: number; readonly gradient: Float64Array } {
  const gradient = new Float64Array(batch * batch);
  const share = (symmetric ? 0.5 : 1) / batch;
  let loss = 0;
  for (let i = 0; i < batch; i++) loss += addRow(logits, gradient, i * batch, 1, batch, i, share);
  if (symmetric) for (let j = 0; j < batch; j++) loss += addRow(logits, gradient, j, batch, batch, j, share);
  return { loss, gradient };
}

/** Cross-entropy of one row (stride 1) or column (stride batch); adds its gradient. Returns share × loss. */
function addRow(
  logits: Float64Array,
  gradient: Float64Array,
  start: number,
  stride: number,
  count: number,
  right: number,
  share: number,
): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let x = 0, at = start; x < count; x++, at += stride) if (logits[at]! > max) max = logits[at]!;
  let sum = 0;
  for (let x = 0, at = start; x < count; x++, at += stride) sum += exp(logits[at]! - max);
  const scale = share / sum;
  for (let x = 0, at = start; x < count; x++, at += stride) {
    gradient[at]! += scale * exp(logits[at]! - max);
  }
  gradient[start + right * stride]! -= share;
  return share * (ln(sum) + max - logits[start + right * stride]!);
}

function check(queries: Float64Array, documents: Float64Array, batch: number, temperature: number): void {
  if (!(temperature > 0)) {
    throw new EngineError('INVALID_ARGUMENT', `The temperature is ${temperature}; it must be above 0`);
  }
  if (queries.length !== documents.length || batch < 1 || queries.length % batch !== 0) {
    throw new EngineError(
      'INVALID_ARGUMENT',
      `${queries.length} query and ${documents.length} document numbers do not make ${batch} pairs of rows`,
      { hint: 'Pass two (batch, dim) matrices of the same shape.' },
    );
  }
}
