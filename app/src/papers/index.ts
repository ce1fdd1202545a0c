// The domain: records, works and how records become works. Pure: no files, no database, no network.

export { ACCEPTED, acceptRecord } from './acceptance.ts';
export {
  dayNumber,
  dayOf,
  type PaperDate,
  parseDate,
  possibleDays,
} from './dates.ts';
export { foldRecords, type Group, groupRecords, type Identity, identityOf } from './fold.ts';
export { identify } from './identifiers.ts';
export {
  ageInAnnouncementDays,
  daysOf,
  daysOfMonth,
  daysOfWeek,
  isDay,
  isWeekend,
  monthOf,
  type Period,
  shiftDay,
  shiftMonth,
  shiftWeek,
  weekOf,
} from './list-days.ts';
export { paperPath } from './paths.ts';
export { compareTrending, hot, interest, isQuiet, NO_SIGNALS, RANKING, type Signals } from './ranking.ts';
export {
  isRejected,
  readRecord,
  type SourceRecord,
  sourceName,
} from './record.ts';
export { nameKey, plain, titleKey } from './titles.ts';
export {
  makeWork,
  titleHash,
  titleHashOf,
  type Work,
} from './work.ts';
