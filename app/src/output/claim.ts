// The claim of a paper: the sentence of its abstract that says what the paper does. Abstracts open with the state of
// the field ("Recent advances in …"); a reader of a list needs the sentence behind it.

import { sentences } from '@quire/engine/text';

/** Words with which authors announce their own work, strongest first. */
const ANNOUNCES: readonly (readonly [RegExp, number])[] = [
  [
    /\b(?:we|this (?:paper|work|article|study|survey|report)|in this (?:paper|work|article|study))\b[^.]{0,60}\b(?:propos|introduc|present|develop|releas|describ|offer|devis|design)/i,
    6,
  ],
  [/\b(?:to (?:this end|address|tackle|overcome|bridge|solve|fill|mitigate))\b[^.]{0,120}\bwe\b/i, 5],
  [
    /\bwe\b[^.]{0,30}\b(?:show|demonstrat|prov|find|study|investigat|explor|examin|analy[sz]|build|creat|train|revisit|formulat|construct|establish|ask|argue|evaluat|survey|review|provid|extend|unify|collect)/i,
    4,
  ],
  [/\bthis (?:paper|work|article|study|survey|report|thesis|tutorial)\b/i, 4],
  [/\b(?:is|are) (?:proposed|introduced|presented|described|investigated|studied)\b/i, 4],
  [/\bour (?:method|approach|model|framework|system|work|results?|key|main|contribution|analysis)\b/i, 2],
  [/\b(?:is|are) an? (?:new|novel|simple|open(?:-source)?|large(?:-scale)?|unified|efficient|scalable)\b/i, 2],
];

/** Openings of sentences that state what others did, or what is generally so. */
const BACKGROUND =
  /^(?:recent(?:ly)?\b|(?:in|over) (?:recent|the (?:last|past))\b|despite\b|although\b|while\b|whilst\b|however\b|existing\b|current(?:ly)?\b|traditional(?:ly)?\b|conventional\b|prior\b|previous\b|most\b|many\b|with the (?:rapid|recent|rise|advent|increasing|growing|development|emergence)\b|large language models\b|llms?\b|deep learning\b|it is (?:well )?known\b|advances in\b|the (?:rapid|recent|rise|advent|success)\b)/i;
/** Sentences that only report numbers or where code is. */
const AFTERWARDS =
  /\b(?:code|data(?:set)?s?|models?|project page)\b[^.]{0,60}\b(?:available|released|open-sourced)\b|https?:\/\/|^(?:extensive |comprehensive )?experiments\b|^results\b/i;

/** Weight of the sentence that a paper's own words must reach; below it the first sentence without background stands. */
const ENOUGH = 2;
/** A claim longer than this loses its place to a shorter sentence that announces as much. */
const LONG = 320;

/** The claim, exactly as the abstract has it; '' for a text without sentences. */
export function claimOf(abstract: string): string {
  const spans = sentences(abstract.slice(0, LONGEST_ABSTRACT)).map(({ start, end }) => abstract.slice(start, end));
  const kept = spans.filter((sentence) => /\p{L}/u.test(sentence));
  let best = '';
  let most = ENOUGH - 1;
  kept.forEach((sentence, i) => {
    const score = weigh(sentence, i);
    if (score > most) [best, most] = [sentence, score];
  });
  return best || (kept.find((sentence) => !BACKGROUND.test(sentence.trim())) ?? kept[0] ?? '');
}

/** Characters of an abstract that are looked at; one in 10,000 is longer. */
const LONGEST_ABSTRACT = 6_000;

function weigh(sentence: string, position: number): number {
  const announced = ANNOUNCES.find(([pattern]) => pattern.test(sentence))?.[1] ?? 0;
  if (announced === 0) return 0;
  const background = BACKGROUND.test(sentence.trim()) && announced < 6 ? 3 : 0;
  const afterwards = AFTERWARDS.test(sentence) ? 3 : 0;
  const length = sentence.length > LONG ? 1 : 0;
  return announced - background - afterwards - length - Math.min(position, 8) * 0.1;
}
