// Text of papers and readers inside a page. Each piece is isolated (<bdi>), so that the direction of its letters cannot
// reorder the text around it; layout.tsx removes control characters from the whole document.

import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { grouped } from '../output/numbers.ts';
import { type Piece, piecesOf } from '../output/tex.ts';
import { mathML } from './maths.ts';

/** Outside text within a line. */
export function Data({ children }: { readonly children?: Child }) {
  return <bdi>{children}</bdi>;
}

/** Pieces of outside text, each isolated, with commas between them. */
export function List({
  entries,
  size = entries.length,
}: {
  readonly entries: readonly string[];
  readonly size?: number;
}) {
  return (
    <>
      {entries.map((entry, i) => (
        <>
          {i > 0 && ', '}
          <Data>{entry}</Data>
        </>
      ))}
      <More shown={entries.length} size={size} />
    </>
  );
}

/** How many entries are not shown. */
export function More({ shown, size }: { readonly shown: number; readonly size: number }) {
  return size > shown ? <> and {grouped(size - shown)} more</> : null;
}

/** Marks around parts of a text, while it is read as pieces. They are private characters that no text may keep. */
const [START, END] = ['\ue000', '\ue001'];
const MARKS = /[\ue000\ue001]/g;

/**
 * A title, a sentence or an abstract of a paper: formulas as MathML, TeX of sources as text. `marks` are ranges of the
 * text as received. The element around it isolates the text (dir="auto").
 */
export function Tex({
  text,
  marks = [],
}: {
  readonly text: string;
  readonly marks?: readonly (readonly [start: number, end: number])[];
}) {
  const pieces = piecesOf(marks.length === 0 ? text : withMarks(text, marks));
  const state = { isMarked: false };
  return <>{pieces.map((piece) => (piece.kind === 'math' ? formula(piece) : styled(piece, state)))}</>;
}

function withMarks(text: string, marks: readonly (readonly [number, number])[]): string {
  let marked = '';
  let at = 0;
  for (const [start, end] of marks) {
    if (start < at || end <= start) continue;
    marked += `${text.slice(at, start).replace(MARKS, '')}${START}${text.slice(start, end).replace(MARKS, '')}${END}`;
    at = end;
  }
  return marked + text.slice(at).replace(MARKS, '');
}

function formula({ tex, display, source }: Piece & { kind: 'math' }): Child {
  const made = mathML(tex.replace(MARKS, ''), display);
  return made === undefined ? <code class="tex">{source.replace(MARKS, '')}</code> : raw(made);
}

function styled({ text, style }: Piece & { kind: 'text' }, state: { isMarked: boolean }): Child {
  const shown = text.includes(START) || text.includes(END) || state.isMarked ? marked(text, state) : text;
  if (style === 'em') return <em>{shown}</em>;
  if (style === 'strong') return <strong>{shown}</strong>;
  if (style === 'code') return <code>{shown}</code>;
  return shown;
}

/** A mark that begins in one piece may end in a later one. */
function marked(text: string, state: { isMarked: boolean }): Child {
  return text.split(/([\ue000\ue001])/).map((part) => {
    if (part === START || part === END) {
      state.isMarked = part === START;
      return '';
    }
    return state.isMarked && part !== '' ? <mark>{part}</mark> : part;
  });
}
