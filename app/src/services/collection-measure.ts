// Measuring the pipelines of the site on test collections.

export { type EvaluationResult, evaluateDataset } from '../library/evaluation.ts';
export { PIPELINES, type Pipeline, pipelineNamed } from '../library/pipelines.ts';
