// Where a work lives on the site: arXiv papers under their bare id, as everywhere else; others under their key.

/** `arxiv:2503.11731` → `/papers/2503.11731`; `doi:10.1/x` → `/papers/doi%3A10.1%2Fx`. */
export function paperPath(key: string): string {
  return `/papers/${encodeURIComponent(key.startsWith('arxiv:') ? key.slice('arxiv:'.length) : key)}`;
}
