// The domain: records, works and how the one becomes the other. Pure: no files, no database, no network.

export { ACCEPTED, acceptRecord } from './acceptance.ts';
export {
  compareDates,
  dayNumber,
  dayOf,
  type PaperDate,
  type Precision,
  parseDate,
  possibleDays,
  yearOf,
} from './dates.ts';
export { foldRecords, type Group, groupRecords, type Identity, identityOf } from './fold.ts';
export { type ArxivId, type Identifiers, identify, parseArxivId, parseDoi } from './identifiers.ts';
export { paperPath } from './paths.ts';
export {
  firstAuthorKey,
  isRejected,
  LIMITS,
  type Rejected,
  readRecord,
  recordTitleKey,
  type SourceRecord,
} from './record.ts';
export { nameKey, plain, titleKey } from './titles.ts';
export {
  compareRecords,
  identityKeys,
  isAuthor,
  makeWork,
  titleHash,
  titleHashOf,
  type Work,
  type WorkSource,
} from './work.ts';
