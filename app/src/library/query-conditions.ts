// The conditions of a query, read from its text: those that the engine's syntax does not have (`id:`, `is:`, `in:`) are
// taken out of it; an operator that does not exist, or whose value cannot be used, becomes words, with a note.

import { HAS } from './documents.ts';
import { isBlank, operatorList, operatorNamed, type Piece, piecesOf, without } from './operators.ts';

/** A condition that can be taken away again. */
export interface Condition {
  /** As typed: `cat:cs.IR`. */
  readonly text: string;
  /** The operator's first name: `cat`. */
  readonly operator: string;
  readonly value: string;
  readonly isExcluded: boolean;
  /** The query without it. */
  readonly without: string;
}

export interface NamedPaper {
  readonly name: string;
  readonly isExcluded: boolean;
}

/** Papers that a reader saved, or put into the collection of that name. */
export interface ListCondition {
  readonly list: 'saved' | 'collection';
  readonly name: string;
  readonly isExcluded: boolean;
  readonly text: string;
}

export interface Operators {
  /** The text for the engine's syntax. */
  readonly rest: string;
  readonly conditions: readonly Condition[];
  readonly papers: readonly NamedPaper[];
  readonly lists: readonly ListCondition[];
  readonly notes: readonly string[];
}

/** As many operators as the engine reads in one query; later ones are words. */
const MOST_OPERATORS = 32;
/** Operators that do not exist are named one by one up to here. */
const NAMED_UNKNOWN = 3;

/** @param isDate whether the operator of that name takes the value as a date */
export function readOperators(text: string, isDate: (name: string, value: string) => boolean): Operators {
  const found = new Found(text, isDate);
  let operators = 0;
  for (const piece of piecesOf(text)) {
    if (piece.prefix === '' && piece.sign === '' && !piece.isQuoted && !/[*~][12]?$/.test(piece.value)) continue;
    if (++operators > MOST_OPERATORS) break;
    if (piece.prefix !== '' && !isBlank(piece) && !/^[:/]/.test(piece.value)) found.take(piece);
  }
  return found.finish();
}

class Found {
  readonly #text: string;
  readonly #isDate: (name: string, value: string) => boolean;
  readonly #conditions: Condition[] = [];
  readonly #papers: NamedPaper[] = [];
  readonly #lists: ListCondition[] = [];
  readonly #notes = new Set<string>();
  readonly #unknown = new Set<string>();
  #rest = '';
  #at = 0;

  constructor(text: string, isDate: (name: string, value: string) => boolean) {
    this.#text = text;
    this.#isDate = isDate;
  }

  take(piece: Piece): void {
    const { prefix, value, sign } = piece;
    const operator = operatorNamed(prefix);
    const isExcluded = sign === '-';
    if (operator === undefined) {
      this.#unknownOperator(piece);
      return;
    }
    const [name = ''] = operator.names;
    switch (operator.kind) {
      case 'words':
        break;
      case 'value':
        if (!/^[\s,*]*$/.test(value)) this.#condition(piece, name);
        break;
      case 'date':
        if (this.#isDate(prefix, value)) this.#condition(piece, name);
        else this.#asWords(piece, `“${value}” is not a date; write ${operator.example}. It was searched as words.`);
        break;
      case 'has':
        if (value.split(',').every((each) => Object.hasOwn(HAS, each))) this.#condition(piece, name);
        else this.#asWords(piece, `has: knows ${Object.keys(HAS).join(', ')}; “${value}” was searched as words.`);
        break;
      case 'id':
        this.#papers.push({ name: value, isExcluded });
        this.#takeOut(piece, name);
        break;
      case 'list':
        this.#list(piece, name);
        break;
      default:
        operator.kind satisfies never;
    }
  }

  #list(piece: Piece, operator: string): void {
    const { value, sign } = piece;
    if (operator === 'is' && value !== 'saved') {
      this.#asWords(piece, `is: knows saved; “${value}” was searched as words.`);
      return;
    }
    const list = operator === 'is' ? 'saved' : 'collection';
    this.#lists.push({ list, name: value, isExcluded: sign === '-', text: written(this.#text, piece) });
    this.#takeOut(piece, operator);
  }

  finish(): Operators {
    const rest = (this.#rest + this.#text.slice(this.#at)).trim();
    return { rest, conditions: this.#conditions, papers: this.#papers, lists: this.#lists, notes: [...this.#notes] };
  }

  /** Capitals and a colon inside a word are a title that was typed without its blank, "Mamba:Linear-Time". */
  #unknownOperator(piece: Piece): void {
    const { prefix, value } = piece;
    if (prefix !== prefix.toLowerCase()) this.#replace(piece, `${piece.sign}${prefix} ${value}`);
    else {
      this.#unknown.add(prefix);
      const note = `There is no operator “${prefix}:”; “${value}” was searched as words. There are ${operatorList()}`;
      this.#asWords(piece, this.#unknown.size > NAMED_UNKNOWN ? undefined : note);
    }
  }

  #asWords(piece: Piece, note: string | undefined): void {
    if (note !== undefined) this.#notes.add(note);
    this.#replace(piece, piece.sign === '-' && piece.isQuoted ? `-"${piece.value}"` : piece.sign + piece.value);
  }

  #replace({ start, end }: Piece, instead: string): void {
    this.#rest += `${this.#text.slice(this.#at, start)}${instead}`;
    this.#at = end;
  }

  #takeOut(piece: Piece, operator: string): void {
    this.#condition(piece, operator);
    this.#replace(piece, '');
  }

  #condition(piece: Piece, operator: string): void {
    const text = written(this.#text, piece);
    const isExcluded = piece.sign === '-';
    this.#conditions.push({ text, operator, value: piece.value, isExcluded, without: without(this.#text, piece) });
  }
}

function written(text: string, { start, end }: Piece): string {
  return text.slice(start, end);
}
