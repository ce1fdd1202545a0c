// The forms in which titles and names are compared: without TeX, quotes, dashes, case, accents and spacing. They are
// never shown to a reader. Two titles are "equal" exactly when `titleKey` gives the same string for both.

const GREEK = new Map(
  Object.entries({
    α: 'alpha',
    β: 'beta',
    γ: 'gamma',
    δ: 'delta',
    ε: 'epsilon',
    ζ: 'zeta',
    η: 'eta',
    θ: 'theta',
    ι: 'iota',
    κ: 'kappa',
    λ: 'lambda',
    μ: 'mu',
    ν: 'nu',
    ξ: 'xi',
    ο: 'omicron',
    π: 'pi',
    ρ: 'rho',
    ς: 'sigma',
    σ: 'sigma',
    τ: 'tau',
    υ: 'upsilon',
    φ: 'phi',
    χ: 'chi',
    ψ: 'psi',
    ω: 'omega',
    ϕ: 'phi',
    ϵ: 'epsilon',
  }),
); // prettier-ignore
/** Letters that Unicode does not decompose, with the spelling that people type instead. */
const LETTERS = new Map(
  Object.entries({ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ı: 'i', ħ: 'h', ŋ: 'n' }),
);
/** TeX words that stand for a letter. */
const TEX_LETTERS = new Map(
  Object.entries({
    ss: 'ss',
    ae: 'ae',
    oe: 'oe',
    o: 'o',
    l: 'l',
    i: 'i',
    j: 'j',
    aa: 'a',
    AE: 'ae',
    OE: 'oe',
    O: 'o',
    L: 'l',
    AA: 'a',
  }),
);
/** TeX words that only change the appearance; their names are not part of the text. */
const TEX_FORMAT =
  /\\(?:text(?:bf|it|sc|tt|rm|sf|sl|up|md|normal|superscript|subscript)?|math(?:bf|bb|cal|rm|it|sf|tt|scr|frak|bold|normal)|emph|underline|operatorname\*?|bm|boldsymbol|left|right|big|Big|mbox|hbox|it|bf|tt|sc|rm|em|sf|displaystyle|ensuremath|xspace|footnotesize|small|Large|large|limits|nolimits|!|,|;|:|>|quad|qquad)(?![a-zA-Z])/g;

/**
 * The comparable form of a title: letters and digits of any script, lower case, without accents, blanks, punctuation
 * or TeX; `+` and `#` stay, so that C, C++ and C# differ. '' when nothing is left.
 */
export function titleKey(title: string): string {
  return plain(title).replace(/[^\p{L}\p{N}+#]+/gu, '');
}

/** The comparable form of a person's name: words in the order First … Last, single blanks between. */
export function nameKey(name: string): string {
  const comma = /^([^,]+),\s*([^,]+)$/.exec(name.trim());
  const ordered = comma === null ? name : `${comma[2]} ${comma[1]}`;
  return plain(ordered)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The words of a text without TeX: search matches titles on them, and title keys are made from them. */
export function plain(text: string): string {
  const untexed = text.includes('\\') || text.includes('$') ? withoutTex(text) : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(untexed)) return untexed.toLowerCase();
  return untexed
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .toLowerCase()
    .replace(/[α-ωϕϵ]/g, (letter) => GREEK.get(letter) ?? letter)
    .replace(/[ßæœøđðłþıħŋ]/g, (letter) => LETTERS.get(letter) ?? letter);
}

/** `{\"o}` → o, `\emph{x}` → x, `$\ell_1$` → ell1, `\alpha` → alpha, `\&` → &. */
function withoutTex(text: string): string {
  return text
    .replace(/\\["'`^~=.](?=[\s{\\]*[a-zA-Z])/g, '') // accents written with a sign
    .replace(/\\[Hbcdkrtuv](?=\s*\{|\s+[a-zA-Z]\b)/g, '') // accents written with a letter
    .replace(TEX_FORMAT, '')
    .replace(/\\([a-zA-Z]+)/g, (_, word: string) => TEX_LETTERS.get(word) ?? word)
    .replace(/\\(.)/g, '$1')
    .replace(/[${}_^~]/g, '');
}
