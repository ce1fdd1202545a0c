// Formulas as MathML, made on the server: no script, no font of ours, read aloud by screen readers. A formula that
// cannot be read stays as its source.

import temml from 'temml';

/** Formulas that are kept; titles repeat from page to page. */
const KEPT = 2_000;
const kept = new Map<string, string | undefined>();

/** MathML of a formula without styles and scripts; undefined where the source is no TeX that Temml reads. */
export function mathML(tex: string, display: boolean): string | undefined {
  const name = `${display ? 'd' : 'i'}${tex}`;
  if (kept.has(name)) return kept.get(name);
  const made = make(tex, display);
  if (kept.size >= KEPT) kept.clear();
  kept.set(name, made);
  return made;
}

function make(tex: string, display: boolean): string | undefined {
  try {
    // No \href, \includegraphics or \class: a formula cannot add an address or a style to the page.
    const options = { displayMode: display, throwOnError: true, trust: false, maxExpand: 200, maxSize: [10, 50] };
    const made = temml.renderToString(withoutBreaks(tex), options as Parameters<typeof temml.renderToString>[1]);
    // The policy of the site forbids style attributes. Temml quotes attributes, and escapes quotation marks inside.
    return made.replace(/ style="[^"]*"/g, '');
  } catch {
    return undefined;
  }
}

/** A blank line ends a formula in TeX; in a title it is none. */
function withoutBreaks(tex: string): string {
  return tex.replace(/\s+/g, ' ');
}
