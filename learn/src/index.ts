// The modules of a trainer: split, data, losses, starting points, optimisers, trainers.
export { BagReader } from './data/bags.ts';
export { readBenchmarkTitles, selectWorks, type TrainingSelection } from './data/files.ts';
export { KnownPassages, readKnownPassages } from './data/known-passages.ts';
export { type PlainText, type PlainTexts, readPlainTexts } from './data/plain-texts.ts';
export { sentenceEnds, type TitleAndAbstract, type TrainingTexts, tokeniseWorks } from './data/texts.ts';
export {
  heldOutSide,
  isLicensed,
  judge,
  parseWork,
  type TrainingRule,
  type TrainingWork,
  titleKey,
  type Verdict,
} from './data/works.ts';
export { type GradientOptions, type Gradients, gradients } from './graph/gradients.ts';
export { idfWeights, type LsaOptions, lsaTable } from './init/lsa.ts';
export { type ContrastiveInputs, contrastive } from './losses/contrastive.ts';
export { cosineLoss, similarityMse, vectorMse } from './losses/embedding.ts';
export { type InfoNceOptions, type InfoNceResult, infoNce } from './losses/info-nce.ts';
export { listwiseKl, plistMle, plistMleInputs, teacherDistribution } from './losses/listwise.ts';
export { hinge, lambdaWeights, marginMse, pairWeights, pairwiseLogistic } from './losses/pairwise.ts';
export { OnnxExecutor, type OnnxExecutorOptions } from './onnx/executor.ts';
export { exportOnnx, type OnnxExportOptions } from './onnx/export.ts';
export { accelerateFolder, hasOnnxRuntime, loadOnnxRuntime, type OnnxRuntime } from './onnx/runtime.ts';
export { type AdamOptions, AdamRows, type AdamState } from './optimisers/adam-rows.ts';
export { AdamW } from './optimisers/adamw.ts';
export { Lamb } from './optimisers/lamb.ts';
export {
  entriesOf,
  type GradientEntry,
  type Optimiser,
  type OptimiserState,
  type StepOptions,
} from './optimisers/optimiser.ts';
export { type DistilledModel, distil } from './recipes/distillation.ts';
export type { DevEvent, DistillationInput, DistillationOptions } from './recipes/distillation-types.ts';
export {
  type RetrievalInput,
  type RetrievalOptions,
  type RetrieverStart,
  trainRetriever,
} from './recipes/retrieval.ts';
export { parseRetrievalRecipe, RETRIEVAL_KIND, type RetrievalRecipe } from './recipes/retrieval-recipe.ts';
export { parseTransformerRecipe, type TransformerRecipe } from './recipes/transformer-recipe.ts';
export { measureVectors } from './retrieval/measure.ts';
export { type JudgedTexts, judgedTexts, parsePairs, titlePairs } from './retrieval/pairs.ts';
export { type Task, titleToAbstract } from './scoring/task.ts';
export { type Side, SPLIT, sideOf } from './split.ts';
export {
  type ByteLevelBpe,
  type ByteLevelBpeOptions,
  byteLevelBpeJson,
  trainByteLevelBpe,
} from './tokenizers/byte-level-bpe-trainer.ts';
export { SPECIAL_TOKENS, trainWordPiece, type WordPieceTrainerOptions } from './tokenizers/wordpiece-trainer.ts';
export { type ChunkedFeeds, GradientCache, type VectorObjective } from './trainers/gradient-cache.ts';
export { rateAt, type Schedule } from './trainers/schedule.ts';
export {
  StaticTrainer,
  type StaticTrainingConfig,
  type StaticTrainingStart,
  type StaticTrainingState,
} from './trainers/static.ts';
export { type Teacher, teach } from './trainers/teacher.ts';
export {
  type ChunkedObjective,
  type Objective,
  type StepResult,
  Trainer,
  type TrainerConfig,
  type TrainerState,
} from './trainers/trainer.ts';
