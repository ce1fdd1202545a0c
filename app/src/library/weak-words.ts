// Words of a question that say nothing about a paper: question words, helping verbs, pronouns. A paper is never found
// for one of them alone, and none is marked in a sentence. The analyzer drops only Lucene's 33 stop words, because the
// index has to answer quoted phrases; these words are left out of queries.

const WEAK = new Set(
  (
    'how what why when where which who whom whose whether ' +
    'can cannot could may might must shall should would do does did done doing have has had having am were been being ' +
    'i me my mine we us our ours you your yours he him his she her hers its itself them themselves myself ourselves ' +
    'from than about into onto after before while until upon within because so also just very too some any all ' +
    "here let lets i'm it's what's how's i've we've can't don't doesn't isn't aren't won't please"
  ).split(' '),
);

/** Whether `typed` is such a word, in any case. */
export function isWeak(typed: string): boolean {
  return WEAK.has(typed.toLowerCase().replaceAll('’', "'"));
}

/** "papers about x", "articles on x", "research on x": the words before x say what every document here is. */
const OPENING =
  /^(?:(?:the|some|all|recent|new|any)\s+)?(?:papers?|articles?|publications?)\s+(?:about|on|for|that|which|of|from|by|with|using)\s+(?=\S)/i;

/** `text` without such a beginning. */
export function withoutOpening(text: string): string {
  return text.replace(OPENING, '');
}
