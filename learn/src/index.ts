// The modules of a trainer: split, data, losses, starting points, optimisers, trainers.
export { BagReader } from './data/bags.ts';
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
export { idfWeights, type LsaOptions, lsaTable } from './init/lsa.ts';
export { type InfoNceOptions, type InfoNceResult, infoNce } from './losses/info-nce.ts';
export { type AdamOptions, AdamRows, type AdamState } from './optimisers/adam-rows.ts';
export { type Side, SPLIT, sideOf } from './split.ts';
export { SPECIAL_TOKENS, trainWordPiece, type WordPieceTrainerOptions } from './tokenizers/wordpiece-trainer.ts';
export {
  StaticTrainer,
  type StaticTrainingConfig,
  type StaticTrainingStart,
  type StaticTrainingState,
} from './trainers/static.ts';
