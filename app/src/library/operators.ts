// The operators of a query, in the text: which there are, which of them are conditions, where each stands, and a word
// about those that do not exist or whose value cannot be used. What the values mean is query.ts and named-values.ts.

/** An operator, for help and notes. */
export interface Operator {
  /** The name, then other spellings. */
  readonly names: readonly string[];
  readonly kind: 'words' | 'date' | 'value' | 'id' | 'has' | 'list';
  readonly example: string;
  readonly meaning: string;
}

export const OPERATORS: readonly Operator[] = [
  { names: ['ti', 'title'], kind: 'words', example: 'ti:attention', meaning: 'a word of the title' },
  { names: ['au', 'author'], kind: 'words', example: 'au:"Ada Lovelace"', meaning: 'an author' },
  { names: ['abs', 'abstract'], kind: 'words', example: 'abs:benchmark', meaning: 'a word of the abstract' },
  {
    names: ['cat', 'category'],
    kind: 'value',
    example: 'cat:cs.IR',
    meaning: 'an arXiv category; cat:cs.* for all of cs',
  },
  { names: ['org'], kind: 'value', example: 'org:NVIDIA', meaning: 'an organisation' },
  { names: ['venue'], kind: 'value', example: 'venue:ACL', meaning: 'a conference or journal' },
  { names: ['source'], kind: 'value', example: 'source:arxiv', meaning: 'where a record came from' },
  { names: ['id', 'arxiv', 'doi'], kind: 'id', example: 'id:2401.04088', meaning: 'one paper, by any of its names' },
  { names: ['year'], kind: 'date', example: 'year:2021..2023', meaning: 'years, months or days; an end may be open' },
  { names: ['before'], kind: 'date', example: 'before:2024-03', meaning: 'certainly before that date' },
  { names: ['after'], kind: 'date', example: 'after:2024-03-15', meaning: 'certainly after that date' },
  { names: ['has'], kind: 'has', example: 'has:code', meaning: 'code, page, abstract, award or comments' },
  { names: ['is'], kind: 'list', example: 'is:saved', meaning: 'papers that you saved' },
  { names: ['in'], kind: 'list', example: 'in:reading', meaning: 'papers of your collection' },
];

const BY_NAME = new Map(OPERATORS.flatMap((operator) => operator.names.map((name) => [name, operator] as const)));

/** The operator of that name, in any case. */
export function operatorNamed(name: string): Operator | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** The names of all operators, `ti: au: …`. */
export function operatorList(): string {
  return OPERATORS.map(({ names }) => `${names[0]}:`).join(' ');
}

/** One blank-separated piece of a query, or a quoted part with what stands before its quote. */
export interface Piece {
  readonly sign: '' | '+' | '-';
  /** As typed; '' without a colon. */
  readonly prefix: string;
  readonly value: string;
  readonly isQuoted: boolean;
  readonly start: number;
  readonly end: number;
}

const PIECE = /([-+]?)(?:([A-Za-z]{1,16}):)?(?:["“”„«]([^"“”»]*)["“”»]|([^\s"“”„«][^\s]*))|\S+/g;

export function* piecesOf(text: string): Generator<Piece> {
  for (const match of text.matchAll(PIECE)) {
    const [whole, sign = '', prefix = '', quoted, word] = match;
    const at = { start: match.index, end: match.index + whole.length };
    const isOdd = (quoted ?? word) === undefined || /^[-+]/.test(word ?? '') || (word ?? '').startsWith('//');
    yield isOdd
      ? { sign: '', prefix: '', value: whole, isQuoted: false, ...at }
      : { sign: sign as Piece['sign'], prefix, value: quoted ?? word ?? '', isQuoted: quoted !== undefined, ...at };
  }
}

/** Whether the value of a piece is empty but for blanks: such a piece is read as words. */
export function isBlank({ value }: Piece): boolean {
  return value.trim() === '';
}

/** `text` without the part from `start` to `end`, single blanks where it stood. */
export function without(text: string, { start, end }: { readonly start: number; readonly end: number }): string {
  return `${text.slice(0, start).trimEnd()} ${text.slice(end).trimStart()}`.trim();
}

/** `text` with the condition added, `cat:cs.IR` or `venue:"A Journal"`. */
export function withCondition(text: string, name: string, value: string | number): string {
  const written = String(value)
    .replace(/["“”„«»]/g, ' ')
    .trim();
  return `${text.trim()} ${name}:${/[\s,*]/.test(written) ? `"${written}"` : written}`.trim();
}
