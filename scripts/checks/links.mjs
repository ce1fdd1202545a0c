// Finds dead links in the repository's Markdown: relative paths to missing files, and anchors without a heading. It does
// not follow links to other sites and does not read code blocks.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { trackedFiles } from '../lib/files.mjs';

export const name = 'links in docs';

/** @returns {string[]} one line a dead link */
export function check(root) {
  const problems = [];
  for (const file of trackedFiles(root).filter((path) => path.endsWith('.md'))) {
    const text = withoutCode(readFileSync(join(root, file), 'utf8'));
    for (const [, target] of text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)) {
      const problem = dead(root, file, target);
      if (problem !== undefined) problems.push(`${file}: ${target}: ${problem}`);
    }
  }
  return problems;
}

function dead(root, file, target) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  const [path, anchor] = target.split('#');
  const wanted =
    path === '' ? file : normalize(join(path.startsWith('/') ? '.' : dirname(file), decodeURIComponent(path)));
  if (wanted.startsWith('..')) return 'points outside the repository';
  if (!existsSync(join(root, wanted))) return 'no such file';
  if (anchor === undefined || anchor === '') return undefined;
  if (!wanted.endsWith('.md') || statSync(join(root, wanted)).isDirectory()) return undefined;
  return anchorsOf(readFileSync(join(root, wanted), 'utf8')).has(anchor.toLowerCase()) ? undefined : 'no such heading';
}

/** The anchors of a page: its headings in lower case, punctuation dropped, spaces as hyphens, repeats numbered. */
export function anchorsOf(markdown) {
  const anchors = new Set();
  for (const [, heading] of withoutCode(markdown, false).matchAll(/^#{1,6}\s+(.+?)\s*#*\s*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replace(/ /g, '-');
    let unique = slug;
    for (let i = 1; anchors.has(unique); i++) unique = `${slug}-${i}`;
    anchors.add(unique);
  }
  for (const [, id] of markdown.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(id.toLowerCase());
  return anchors;
}

const withoutCode = (text, inline = true) => {
  const blocks = text.replace(/^ {0,3}(```|~~~)[\s\S]*?^ {0,3}\1/gm, '');
  return inline ? blocks.replace(/`[^`\n]*`/g, '') : blocks;
};
