// The Porter stemmer: M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, in the author's own
// revised form (bli → ble, logi → log, words of one or two letters unchanged). Words are in lower case. A unit other
// than a, e, i, o, u and y counts as a consonant, digits and other scripts included. Equal to Lucene's
// PorterStemFilter.

/** The stem of a lower-case word. */
export function porter(word: string): string {
  if (word.length <= 2) return word;
  let w = step1a(word);
  w = step1b(w);
  w = step1c(w);
  if (w.length < 2) return w;
  w = replaceLonger(w, STEP2, 2);
  w = replaceLonger(w, STEP3, 1);
  w = step4(w);
  return step5(w);
}

type Rules = readonly (readonly [suffix: string, replacement: string])[];
type LetterRules = ReadonlyMap<number, Rules>;

// The first suffix that fits decides, whether or not its condition holds. Each list is found by one letter of the word:
// the last but one (steps 2 and 4) or the last (step 3).
const STEP2 = /* @__PURE__ */ byLetter(2, [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['logi', 'log'],
]);
const STEP3 = /* @__PURE__ */ byLetter(1, [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
]);
const STEP4 = /* @__PURE__ */ byLetter(2, [
  ['al', ''],
  ['ance', ''],
  ['ence', ''],
  ['er', ''],
  ['ic', ''],
  ['able', ''],
  ['ible', ''],
  ['ant', ''],
  ['ement', ''],
  ['ment', ''],
  ['ent', ''],
  ['ion', ''],
  ['ou', ''],
  ['ism', ''],
  ['ate', ''],
  ['iti', ''],
  ['ous', ''],
  ['ive', ''],
  ['ize', ''],
]);

/** Plurals. */
function step1a(w: string): string {
  if (!w.endsWith('s')) return w;
  if (w.endsWith('sses') || w.endsWith('ies')) return w.slice(0, -2);
  return w.endsWith('ss') ? w : w.slice(0, -1);
}

/** -eed, -ed, -ing. */
function step1b(w: string): string {
  if (w.endsWith('eed')) return measure(w, w.length - 3) > 0 ? w.slice(0, -1) : w;
  const cut = w.endsWith('ed') ? 2 : w.endsWith('ing') ? 3 : 0;
  if (cut === 0 || !hasVowel(w, w.length - cut)) return w;
  const stem = w.slice(0, -cut);
  if (stem.endsWith('at') || stem.endsWith('bl') || stem.endsWith('iz')) return `${stem}e`;
  if (endsDouble(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem, stem.length) === 1 && endsShort(stem, stem.length) ? `${stem}e` : stem;
}

/** Final y after a stem with a vowel. */
function step1c(w: string): string {
  return w.endsWith('y') && hasVowel(w, w.length - 1) ? `${w.slice(0, -1)}i` : w;
}

/** Steps 2 and 3: longer suffixes become shorter ones, if something is left before them. */
function replaceLonger(w: string, rules: LetterRules, letter: number): string {
  for (const [suffix, replacement] of rules.get(w.charCodeAt(w.length - letter)) ?? []) {
    if (!w.endsWith(suffix)) continue;
    const stem = w.length - suffix.length;
    return measure(w, stem) > 0 ? w.slice(0, stem) + replacement : w;
  }
  return w;
}

/** Suffixes that are removed after a stem of measure two or more. */
function step4(w: string): string {
  for (const [suffix] of STEP4.get(w.charCodeAt(w.length - 2)) ?? []) {
    if (!w.endsWith(suffix)) continue;
    const stem = w.length - suffix.length;
    if (suffix === 'ion' && w[stem - 1] !== 's' && w[stem - 1] !== 't') continue;
    return measure(w, stem) > 1 ? w.slice(0, stem) : w;
  }
  return w;
}

/** Final -e, and -ll to -l. The measure is that of the word with its e. */
function step5(word: string): string {
  const m = measure(word, word.length);
  let w = word;
  if (w.endsWith('e') && (m > 1 || (m === 1 && !endsShort(w, w.length - 1)))) w = w.slice(0, -1);
  return m > 1 && w.endsWith('l') && endsDouble(w) ? w.slice(0, -1) : w;
}

function isConsonant(w: string, i: number): boolean {
  if (isVowel(w.charCodeAt(i))) return false;
  if (w.charCodeAt(i) !== Y) return true;
  // In a run of y after a consonant or at the beginning, every second one is a vowel; after a vowel the first is a
  // consonant.
  let first = i;
  while (first > 0 && w.charCodeAt(first - 1) === Y) first--;
  const firstIs = first === 0 || isVowel(w.charCodeAt(first - 1));
  return (i - first) % 2 === 0 ? firstIs : !firstIs;
}

const Y = 0x79;

/** a, e, i, o, u. */
function isVowel(unit: number): boolean {
  return unit === 0x61 || unit === 0x65 || unit === 0x69 || unit === 0x6f || unit === 0x75;
}

/** m of the first `length` letters, written as [C](VC)ᵐ[V]. */
function measure(w: string, length: number): number {
  let m = 0;
  let wasVowel = false;
  let consonant = false;
  for (let i = 0; i < length; i++) {
    const unit = w.charCodeAt(i);
    consonant = unit === Y ? i === 0 || !consonant : !isVowel(unit);
    if (consonant && wasVowel) m++;
    wasVowel = !consonant;
  }
  return m;
}

function hasVowel(w: string, length: number): boolean {
  for (let i = 0; i < length; i++) if (!isConsonant(w, i)) return true;
  return false;
}

function endsDouble(w: string): boolean {
  const last = w.length - 1;
  return last >= 1 && w[last] === w[last - 1] && isConsonant(w, last);
}

/** Whether the first `length` letters end in consonant, vowel, consonant other than w, x, y: hop, not snow. */
function endsShort(w: string, length: number): boolean {
  const i = length - 1;
  if (i < 2 || !isConsonant(w, i) || isConsonant(w, i - 1) || !isConsonant(w, i - 2)) return false;
  return w[i] !== 'w' && w[i] !== 'x' && w[i] !== 'y';
}

/** Rules by the letter `letter` places before the end of their suffix, each list in its order. */
function byLetter(letter: number, rules: Rules): LetterRules {
  const groups = new Map<number, (readonly [string, string])[]>();
  for (const rule of rules) {
    const key = rule[0].charCodeAt(rule[0].length - letter);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [rule]);
    else group.push(rule);
  }
  return groups;
}
