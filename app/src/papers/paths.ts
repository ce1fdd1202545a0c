// The address of a paper on the site. arXiv papers have their bare id, other works their key.

/** Ids that every browser and proxy leaves unchanged in a path. `.` and `..` are steps in a path, not names. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._~-]*$/;

/**
 * `arxiv:2503.11731` → `/papers/2503.11731`; `doi:10.1/x` → `/paper?id=doi%3A10.1%2Fx`. Any text makes an address that
 * leads back to exactly that text: a browser normalises `.`, `..`, `\` and `//` in a path, but nothing in a parameter.
 */
export function paperPath(key: string): string {
  const name = (key.startsWith('arxiv:') ? key.slice('arxiv:'.length) : key).toWellFormed();
  return PLAIN_NAME.test(name) ? `/papers/${name}` : `/paper?id=${encodeURIComponent(name)}`;
}
