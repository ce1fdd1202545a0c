// Weekdays on which arXiv lists no new papers: holidays of its offices, or the day after where a holiday stops the
// evening's announcement. A later correction of this list changes ages by a day and no stored list day.

const YEARS: Readonly<Record<string, string>> = {
  2023: '01-02 01-17 06-20 07-05 09-05 11-24 12-25 12-26',
  2024: '01-01 01-16 06-20 07-05 09-03 11-29 12-25 12-26',
  2025: '01-01 01-21 06-20 07-07 09-02 11-28 12-25 12-26',
  2026: '01-01 01-21 06-22 07-06 09-08 11-27 12-25 12-28',
  2027: '01-01 01-19 06-21 07-06 09-07 11-26 12-27 12-31',
};

/** `YYYY-MM-DD`, Monday to Friday. */
export const DAYS_WITHOUT_ANNOUNCEMENT: readonly string[] = Object.entries(YEARS).flatMap(([year, days]) =>
  days.split(' ').map((day) => `${year}-${day}`),
);
