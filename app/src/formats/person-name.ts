// Names of persons as formats of references want them: family name, given name, suffix. Sources give one string, so the
// split is a rule of thumb: the last word is the family name, with the particles before it.

export interface PersonName {
  readonly family: string;
  readonly given?: string;
  readonly suffix?: string;
}

/** Particles that belong to the family name wherever they stand between two names. */
const PARTICLES = new Set(
  'af al am aan auf aus ben bin da dal das de del dela della den der des di do dos du el el- ibn la le les lo mac ten ter tot und van von vom y zu zum zur'.split(
    ' ',
  ),
);
/** Particles that many families write with a capital: "Van Durme". */
const CAPITAL_PARTICLES = new Set(['Da', 'De', 'Del', 'Della', 'Den', 'Der', 'Di', 'Dos', 'Van', 'Vander', 'Von']);
const SUFFIX = /^(?:Jr|Sr)\.?$|^(?:II|III|IV)$/;

/** "Ada van Example Jr." → family "van Example", given "Ada", suffix "Jr."; "Example, Ada" stays as it is divided. */
export function personName(text: string): PersonName {
  const name = text.trim().replace(/\s+/g, ' ');
  const [before = '', ...after] = name.split(/\s*,\s*/);
  if (after.length > 0 && before !== '') return divided(before, after);
  const words = name.split(' ');
  const suffix = words.length > 2 && SUFFIX.test(words.at(-1) ?? '') ? words.pop() : undefined;
  let start = words.length - 1;
  while (start > 1 && isParticle(words[start - 1] ?? '')) start--;
  if (start === 1 && words.length > 2 && PARTICLES.has(words[0] ?? '')) start = 0; // "de la Torre" has no given name
  return compose(words.slice(start).join(' '), words.slice(0, start).join(' '), suffix);
}

function divided(before: string, after: readonly string[]): PersonName {
  const suffix = after.find((part) => SUFFIX.test(part));
  const given = after.filter((part) => part !== suffix).join(' ');
  return given === ''
    ? { ...personName(before), ...(suffix !== undefined && { suffix }) }
    : compose(before, given, suffix);
}

function compose(family: string, given: string, suffix: string | undefined): PersonName {
  return { family, ...(given !== '' && { given }), ...(suffix !== undefined && { suffix }) };
}

function isParticle(word: string): boolean {
  return PARTICLES.has(word) || CAPITAL_PARTICLES.has(word);
}

/** "Example, Ada" or "Example, Jr., Ada", as BibTeX, RIS and citation_author write a name. */
export function inverted({ family, given, suffix }: PersonName): string {
  return [family, suffix, given].filter((part) => part !== undefined).join(', ');
}
