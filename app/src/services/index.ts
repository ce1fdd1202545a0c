// What faces may import: the services and their answers, and the use cases of commands.

export type { FacetGroup, Facets } from '../library/facets.ts';
export { OPERATORS } from '../library/operators.ts';
export type { ReaderLists } from '../library/reader-lists.ts';
export type { Counts, Excerpt, FromStore, Reason } from './answers.ts';
export {
  cacheFolder,
  type EvaluationResult,
  encoderAt,
  measureSystems,
  needsEncoder,
  PIPELINES,
  type Pipeline,
  pipelineNamed,
  type System,
} from './collection-measure.ts';
export type { DayPage } from './day-papers.ts';
export { type Tuning, tuneEncoder } from './encoder-tune.ts';
export { assertUnused, type EncoderUse, encoderUse, encodingProgress, useModel } from './encoder-use.ts';
export {
  type AddOptions,
  addModel,
  checkModel,
  checkNewName,
  type DownloadPlan,
  downloadModel,
  HUB,
  isHubName,
  type Listed,
  listModels,
  type Model,
  modelAt,
  modelNamed,
  readCard,
  removeModel,
} from './encoders.ts';
export { bringUpToDate, isBehind } from './index-catch-up.ts';
export { checkLibrary, type Finding } from './library-check.ts';
export { libraryExists, type OpenLibrary, openLibraryIn, READ_ONLY_NOTE } from './library-open.ts';
export { rebuildIndex, repairLibrary } from './library-repair.ts';
export type { LibraryStatus } from './library-status.ts';
export type { ListPage } from './paper-list.ts';
export type { SearchHit, SearchOptions, SearchPage } from './paper-search.ts';
export type { SimilarPage } from './paper-similar.ts';
export type { PaperView } from './paper-view.ts';
export { type FileReport, type Ingest, type IngestEvent, type IngestReport, importHere } from './papers-import.ts';
export type { PaperRanking, TrendingHit, TrendingPage } from './papers-trending.ts';
export type { CategoryCount, PeriodChoice, PeriodDays, PeriodPage } from './period-papers.ts';
export type { SampleRemoved } from './sample-remove.ts';
export type { Services } from './services.ts';
export { foldFiles } from './works-fold.ts';
export type { ListPart, OpenedList, PaperList } from './works-list.ts';
