// Markdown (CommonMark): a list of papers, and one paper whole. Signs of Markdown in texts of papers are escaped; maths
// between dollars stays as TeX where no other reading of it is possible.

import type { Work } from '../papers/index.ts';
import { bibtexEntry } from './bibtex.ts';
import { citationKey } from './citation-key.ts';
import { doiOf, line, originOf, pageOf, pdfOf, summaryOf, venueOf } from './entry.ts';
import type { Format, ListFacts, Works } from './format.ts';

export const markdown: Format = {
  name: 'markdown',
  extension: '.md',
  contentType: 'text/markdown; charset=utf-8',
  mediaTypes: ['text/markdown', 'text/x-markdown'],
  kind: 'data',
  write: list,
};

async function* list(works: Works, facts: ListFacts): AsyncGenerator<string> {
  yield `# ${markdownText(facts.title)}\n\n`;
  if (facts.total !== undefined)
    yield `${facts.total} ${facts.total === 1 ? 'paper' : 'papers'} · <${facts.site}${facts.page}>\n\n`;
  let number = facts.offset ?? 0;
  for await (const work of works) yield item(work, ++number, facts);
  if (facts.next !== undefined) yield `\n[More papers](${facts.site}${facts.next})\n`;
}

function item(work: Work, number: number, facts: ListFacts): string {
  const claim = line(work.tldr ?? '') || firstSentence(summaryOf(work));
  const about = [peopleOf(work, 3), work.day ?? work.published?.date, votesOf(work)].filter((part) => part);
  return `${number}. [**${markdownText(line(work.title))}**](${pageOf(work, facts)})  \n   ${about.join(' · ')}${claim === '' ? '' : `  \n   ${markdownText(claim)}`}\n`;
}

/** One paper with its text, addresses and BibTeX. */
export function paperMarkdown(work: Work, facts: Pick<ListFacts, 'site'>, similar: readonly Work[] = []): string {
  const rows: readonly (readonly [name: string, value: string | undefined])[] = [
    ['Authors', peopleOf(work, work.authors.length)],
    ['Organisation', work.organization && markdownText(line(work.organization))],
    ['Published', work.published?.date],
    ['Listed', work.day],
    ['Venue', venueOf(work) && markdownText(venueOf(work) ?? '')],
    ['Categories', work.categories.join(', ') || undefined],
    ['Keywords', markdownText(work.keywords.map(line).join(', ')) || undefined],
    ['Votes', work.upvotes > 0 ? String(work.upvotes) : undefined],
    ['arXiv', work.arxivId],
    ['DOI', doiOf(work)],
    ['Source', link(originOf(work))],
    ['PDF', link(pdfOf(work))],
    ['Code', link(work.github)],
    ['Page', link(pageOf(work, facts))],
  ];
  const text = summaryOf(work);
  return [
    `# ${markdownText(line(work.title))}\n`,
    ...(work.tldr ? [`> ${markdownText(line(work.tldr))}\n`] : []),
    `${rows.flatMap(([name, value]) => (value ? [`- ${name}: ${value}`] : [])).join('\n')}\n`,
    ...(text === '' ? [] : ['## Abstract\n', `${markdownText(text)}\n`]),
    ...(similar.length === 0
      ? []
      : [
          '## Similar papers\n',
          `${similar.map((near) => `- [${markdownText(line(near.title))}](${pageOf(near, facts)})`).join('\n')}\n`,
        ]),
    '## BibTeX\n',
    `\`\`\`bibtex\n${bibtexEntry(work, citationKey(work)).replaceAll('```', "'''")}\`\`\`\n`,
  ].join('\n');
}

/** Text that Markdown shows as it is. */
function markdownText(text: string): string {
  return text
    .split(/(\$(?![\s$])[^$<>`[\]]*?(?<![\s\\])\$(?!\d))/)
    .map((part, i) => (i % 2 === 1 ? part : part.replace(/[\\`*_{}[\]<>#|~&!]/g, '\\$&')))
    .join('')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/^([-+=])/, '\\$1');
}

function peopleOf(work: Work, shown: number): string {
  const names = work.authors.map((name) => markdownText(line(name)));
  if (names.length === 0)
    return work.authorCount === undefined ? '' : `${work.authorCount} ${work.authorCount === 1 ? 'author' : 'authors'}`;
  return names.length <= shown + 1
    ? names.join(', ')
    : `${names.slice(0, shown).join(', ')} and ${names.length - shown} others`;
}

function votesOf({ upvotes }: Work): string | undefined {
  return upvotes > 0 ? `${upvotes} ${upvotes === 1 ? 'vote' : 'votes'}` : undefined;
}

function firstSentence(text: string): string {
  return /^.{20,400}?[.!?](?=\s|$)/.exec(text)?.[0] ?? text.slice(0, 300);
}

function link(address: string | undefined): string | undefined {
  return address === undefined || !URL.canParse(address) || !/^https?:/.test(address)
    ? undefined
    : `<${address.replace(/[<>\s]/g, encodeURIComponent)}>`;
}
