// The normalizers of HuggingFace tokenizers that BPE and Unigram models use. Decomposition follows Unicode 9.0, as in that
// library (newer characters pass unchanged and are boundaries), combining marks Unicode 9.0, lower case Unicode 17.0.

import { BertText } from '../bert.ts';
import { byteTable, lookUp } from '../codepoints.ts';
import { decompose } from '../decomposition.ts';
import { BERT_FLAG_RUNS } from '../tables/bert.ts';
import { TOKENIZER_FLAG_RUNS } from '../tables/tokenizers.ts';
import { type Fields, fail, listAt, objectAt, stringAt, typeAt, unsupported } from './fields.ts';

export interface Normalizer {
  apply(text: string): string;
  /** Whether `apply` removes the first character: what remains does not begin where the text began. */
  dropsHead(text: string): boolean;
}

const TYPES = ['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Prepend', 'Replace', 'Sequence'] as const;
const ASCII = /^[\0-\x7f]*$/;
const NOT_DECOMPOSED = 32; // flag of tables/bert.ts: not in Unicode 9.0
const MARK = 8; // flag of tables/tokenizers.ts
/** String.normalize orders marks by insertion; a longer text is decomposed in linear time first. */
const SHORT = 512;

const keepsHead = () => false;
const UNCHANGED: Normalizer = { apply: (text) => text, dropsHead: keepsHead };

export function parseNormalizers(value: unknown, at = 'normalizer'): Normalizer {
  if (value === null || value === undefined) return UNCHANGED;
  const fields = objectAt(value, at);
  const type = typeAt(fields, TYPES, at);
  switch (type) {
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return { apply: (text) => normalForm(text, type), dropsHead: keepsHead };
    case 'Lowercase': {
      const off = { cleanText: false, handleChineseChars: false, stripAccents: false };
      const bert = new BertText({ ...off, lowercase: true });
      return { apply: (text) => bert.normalize(text), dropsHead: keepsHead };
    }
    case 'StripAccents':
      return stripAccents();
    case 'Prepend': {
      const before = stringAt(fields.prepend, `${at}.prepend`);
      return { apply: (text) => (text === '' ? text : before + text), dropsHead: keepsHead };
    }
    case 'Replace':
      return replace(fields, at);
    case 'Sequence':
      return sequence(
        listAt(fields.normalizers, `${at}.normalizers`).map((inner, i) =>
          parseNormalizers(inner, `${at}.normalizers[${i}]`),
        ),
      );
  }
}

function sequence(steps: readonly Normalizer[]): Normalizer {
  return {
    apply: (text) => steps.reduce((out, step) => step.apply(out), text),
    dropsHead(text) {
      let out = text;
      for (const step of steps) {
        if (step.dropsHead(out)) return true;
        out = step.apply(out);
      }
      return false;
    },
  };
}

function replace(fields: Fields, at: string): Normalizer {
  const pattern = objectAt(fields.pattern, `${at}.pattern`);
  if (pattern.String === undefined) throw unsupported(`${at}.pattern`, fields.pattern);
  const from = stringAt(pattern.String, `${at}.pattern.String`);
  if (from === '') fail(`${at}.pattern.String`, 'it is empty');
  const to = stringAt(fields.content, `${at}.content`);
  return { apply: (text) => text.split(from).join(to), dropsHead: (text) => to === '' && text.startsWith(from) };
}

/** Drops combining marks (Mn, Mc and Me). */
function stripAccents(): Normalizer {
  const flags = byteTable(TOKENIZER_FLAG_RUNS);
  const isMark = (c: number) => (lookUp(flags, c) & MARK) !== 0;
  return {
    apply(text) {
      if (ASCII.test(text)) return text;
      let out = '';
      for (const character of text) if (!isMark(character.codePointAt(0)!)) out += character;
      return out;
    },
    dropsHead: (text) => text !== '' && isMark(text.codePointAt(0)!),
  };
}

type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** The normal form of the ranges of characters in Unicode 9.0; a newer character passes unchanged. */
export function normalForm(text: string, form: Form): string {
  if (ASCII.test(text)) return text;
  const flags = byteTable(BERT_FLAG_RUNS);
  let out = '';
  let start = 0;
  for (let at = 0; at < text.length; ) {
    const c = text.codePointAt(at)!;
    const next = at + (c > 0xffff ? 2 : 1);
    if ((lookUp(flags, c) & NOT_DECOMPOSED) !== 0) {
      out += assignedForm(text.slice(start, at), form) + text.slice(at, next);
      start = next;
    }
    at = next;
  }
  return out + assignedForm(text.slice(start), form);
}

/** Equal to String.normalize, in linear time: marks are put in order by `decompose`. */
function assignedForm(text: string, form: Form): string {
  if (text.length < SHORT) return text.normalize(form);
  // The halfwidth voicing marks are the only letters that turn into marks, which would again need an order.
  const marked =
    form === 'NFKC' || form === 'NFKD'
      ? text.replace(/[\uff9e\uff9f]/g, (mark) => (mark === '\uff9e' ? '\u3099' : '\u309a'))
      : text;
  return decompose(marked).normalize(form);
}
