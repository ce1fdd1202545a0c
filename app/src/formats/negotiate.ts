// Which format a request means: by the end of its path, or by its Accept header (RFC 9110, section 12.5.1).

import type { Format } from './format.ts';

/** `/papers/2604.21806.bib` → `/papers/2604.21806` and the format; undefined for a path without such an end. */
export function withoutExtension(
  path: string,
  formats: readonly Format[],
): { readonly path: string; readonly format: Format } | undefined {
  const format = formats.find(({ extension }) => path.endsWith(extension) && path.length > extension.length + 1);
  return format === undefined ? undefined : { path: path.slice(0, -format.extension.length), format };
}

/** By name (`bibtex`) or by extension with or without its dot (`bib`). */
export function formatNamed(name: string, formats: readonly Format[]): Format | undefined {
  const wanted = name.toLowerCase();
  return formats.find(
    (format) => format.name === wanted || format.extension === wanted || format.extension === `.${wanted}`,
  );
}

/** What an Accept header asks for: the page for readers, one of the formats, or nothing that can be given. */
export type Negotiated =
  | { readonly kind: 'page' }
  | { readonly kind: 'format'; readonly format: Format }
  | { readonly kind: 'none' };

/**
 * The best of the page and the formats by quality; on a tie the page wins, then the order of `formats`. A browser and a
 * client that takes anything get the page.
 */
export function acceptedFormat(accept: string | undefined, formats: readonly Format[]): Negotiated {
  const ranges = acceptable(accept);
  let best: { readonly answer: Negotiated; readonly quality: number } = { answer: { kind: 'none' }, quality: 0 };
  const offers = [
    { answer: { kind: 'page' } as const, types: ['text/html'] },
    ...formats.map((format) => ({ answer: { kind: 'format', format } as const, types: format.mediaTypes })),
  ];
  for (const { answer, types } of offers) {
    const quality = Math.max(...types.map((type) => qualityOf(type, ranges)));
    if (quality > best.quality) best = { answer, quality };
  }
  return best.answer;
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

/** The ranges of an Accept header; no header accepts everything. Parameters other than q are ignored. */
function acceptable(accept: string | undefined): readonly Range[] {
  if (accept === undefined || accept.trim() === '') return [{ type: '*/*', quality: 1 }];
  return accept
    .slice(0, 2_000)
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
      const q = parameters.find((each) => each.startsWith('q='))?.slice(2);
      const quality = q === undefined ? 1 : Number(q);
      return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
    })
    .filter(({ type }) => type !== '');
}

/** The most specific range that covers a type decides. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const [major] = type.split('/');
  for (const wanted of [type, `${major}/*`, '*/*']) {
    const found = ranges.filter((range) => range.type === wanted);
    if (found.length > 0) return Math.max(...found.map(({ quality }) => quality));
  }
  return 0;
}
