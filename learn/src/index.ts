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
export { AdamW, type AdamWOptions } from './optimisers/adamw.ts';
export { type DistilledModel, distil } from './recipes/distillation.ts';
export type { DevEvent, DistillationInput, DistillationOptions } from './recipes/distillation-types.ts';
export { parseTransformerRecipe, type TransformerRecipe } from './recipes/transformer-recipe.ts';
export { type Side, SPLIT, sideOf } from './split.ts';
export { SPECIAL_TOKENS, trainWordPiece, type WordPieceTrainerOptions } from './tokenizers/wordpiece-trainer.ts';
export { rateAt, type Schedule } from './trainers/schedule.ts';
export {
  StaticTrainer,
  type StaticTrainingConfig,
  type StaticTrainingStart,
  type StaticTrainingState,
} from './trainers/static.ts';
export { type Teacher, teach } from './trainers/teacher.ts';
export {
  type Objective,
  type StepResult,
  Trainer,
  type TrainerConfig,
  type TrainerState,
} from './trainers/trainer.ts';
