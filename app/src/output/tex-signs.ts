// Letters and signs that TeX writes as commands, for text outside formulas: accents, ligatures, Greek, operators.

/** Combining marks by the sign or letter of their command. */
const ACCENTS: ReadonlyMap<string, string> = new Map([
  ['"', '\u0308'],
  ["'", '\u0301'],
  ['`', '\u0300'],
  ['^', '\u0302'],
  ['~', '\u0303'],
  ['=', '\u0304'],
  ['.', '\u0307'],
  ['u', '\u0306'],
  ['v', '\u030c'],
  ['H', '\u030b'],
  ['c', '\u0327'],
  ['k', '\u0328'],
  ['r', '\u030a'],
  ['d', '\u0323'],
  ['b', '\u0331'],
]);

/** `\"o`, `\'{e}`, `{\c c}`: the letter with its mark, and where the text goes on. undefined for any other command. */
export function withAccent(text: string, at: number): { readonly text: string; readonly end: number } | undefined {
  const found =
    /^\\(["'`^~=.])\s*(?:\{\s*(\\?[a-zA-Z])\s*\}|(\\[ij](?![a-zA-Z])|[a-zA-Z]))/.exec(text.slice(at, at + 12)) ??
    /^\\([uvHckrdb])(?:\s*\{\s*(\\?[a-zA-Z])\s*\}|\s+([a-zA-Z])(?![a-zA-Z]))/.exec(text.slice(at, at + 12));
  if (found === null) return undefined;
  const [all, sign = '', inBraces, bare] = found;
  const letter = (inBraces ?? bare ?? '').replace('\\', '');
  return { text: (letter + (ACCENTS.get(sign) ?? '')).normalize('NFC'), end: at + all.length };
}

export const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ss: 'ß',
    ae: 'æ',
    AE: 'Æ',
    oe: 'œ',
    OE: 'Œ',
    o: 'ø',
    O: 'Ø',
    l: 'ł',
    L: 'Ł',
    aa: 'å',
    AA: 'Å',
    i: 'ı',
    S: '§',
    P: '¶',
    dots: '…',
    ldots: '…',
    LaTeX: 'LaTeX',
    TeX: 'TeX',
    copyright: '©',
    textdegree: '°',
    degree: '°',
    textasciitilde: '~',
    textbackslash: '\\',
    newline: ' ',
    quad: ' ',
    qquad: ' ',
    par: ' ',
    item: ' • ',
  }),
);

/** Signs that read well without a formula around them. */
export const SIGNS: ReadonlyMap<string, string> = new Map(
  [
    'alpha α, beta β, gamma γ, delta δ, epsilon ε, varepsilon ε, zeta ζ, eta η, theta θ, kappa κ, lambda λ',
    'mu μ, nu ν, xi ξ, pi π, rho ρ, sigma σ, tau τ, phi φ, varphi φ, chi χ, psi ψ, omega ω, Gamma Γ, Delta Δ',
    'Theta Θ, Lambda Λ, Pi Π, Sigma Σ, Phi Φ, Psi Ψ, Omega Ω, times ×, pm ±, cdot ·, div ÷, approx ≈, sim ∼',
    'geq ≥, ge ≥, leq ≤, le ≤, neq ≠, ll ≪, gg ≫, to →, rightarrow →, leftarrow ←, uparrow ↑, downarrow ↓',
    'infty ∞, ell ℓ, in ∈, subset ⊂, cup ∪, cap ∩, sqrt √, sum ∑, prod ∏, partial ∂, nabla ∇, propto ∝, star ⋆',
    'bullet •, circ ∘, dagger †, prime ′, langle ⟨, rangle ⟩, checkmark ✓',
  ].flatMap((line) => line.split(', ').map((pair) => pair.split(' ') as [string, string])), // two words each
);
