// The parts of a tokenizer.json around the text: added tokens, the special tokens before and after, and truncation.

import {
  type Fields,
  fail,
  flagAt,
  idAt,
  listAt,
  objectAt,
  only,
  stringAt,
  typeAt,
  unsupported,
  wholeAt,
} from './fields.ts';

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Remove the white space before and after it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Look for it in the normalised text instead of the original text. */
  readonly normalized: boolean;
}

/** What every model's file says around the text. */
export interface Surroundings {
  readonly addedTokens: readonly AddedToken[];
  /** Ids before and after the text: [CLS] and [SEP]. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  /** Maximum number of ids of a text, prefix and suffix included; undefined for all. */
  readonly maxLength: number | undefined;
}

type Sides = Pick<Surroundings, 'prefix' | 'suffix'>;

const PROCESSORS = ['TemplateProcessing', 'BertProcessing', 'RobertaProcessing', 'ByteLevel', 'Sequence'] as const;

export function parseSurroundings(file: Fields): Surroundings {
  return {
    addedTokens: listAt(file.added_tokens ?? [], 'added_tokens').map(parseAddedToken),
    ...parseProcessor(file.post_processor, 'post_processor'),
    maxLength: parseTruncation(file.truncation),
  };
}

function parseAddedToken(value: unknown, i: number): AddedToken {
  const at = `added_tokens[${i}]`;
  const token = objectAt(value, at);
  const content = stringAt(token.content, `${at}.content`);
  if (content === '') fail(`${at}.content`, 'it is empty');
  if (flagAt(token.single_word ?? false, `${at}.single_word`)) throw unsupported(`${at}.single_word`, true);
  return {
    id: idAt(token.id, `${at}.id`),
    content,
    lstrip: flagAt(token.lstrip ?? false, `${at}.lstrip`),
    rstrip: flagAt(token.rstrip ?? false, `${at}.rstrip`),
    normalized: flagAt(token.normalized ?? !(token.special ?? false), `${at}.normalized`),
  };
}

/** The ids that a post-processor puts before and after a single text. ByteLevel changes offsets alone. */
function parseProcessor(value: unknown, at: string): Sides {
  if (value === null || value === undefined) return { prefix: [], suffix: [] };
  const processor = objectAt(value, at);
  switch (typeAt(processor, PROCESSORS, at)) {
    case 'ByteLevel':
      return { prefix: [], suffix: [] };
    case 'BertProcessing':
    case 'RobertaProcessing': {
      const idOf = (name: string) => [idAt(listAt(processor[name], `${at}.${name}`)[1], `${at}.${name}[1]`)];
      return { prefix: idOf('cls'), suffix: idOf('sep') };
    }
    case 'TemplateProcessing':
      return parseTemplate(processor, at);
    case 'Sequence': {
      let sides: Sides = { prefix: [], suffix: [] };
      for (const [i, inner] of listAt(processor.processors, `${at}.processors`).entries()) {
        const { prefix, suffix } = parseProcessor(inner, `${at}.processors[${i}]`);
        sides = { prefix: [...prefix, ...sides.prefix], suffix: [...sides.suffix, ...suffix] };
      }
      return sides;
    }
  }
}

function parseTemplate(processor: Fields, at: string): Sides {
  const special = objectAt(processor.special_tokens ?? {}, `${at}.special_tokens`);
  const sides: [number[], number[]] = [[], []];
  let texts = 0;
  for (const [i, part] of listAt(processor.single, `${at}.single`).entries()) {
    const here = `${at}.single[${i}]`;
    const piece = objectAt(part, here);
    if (piece.Sequence !== undefined) texts++;
    else {
      const name = stringAt(objectAt(piece.SpecialToken, `${here}.SpecialToken`).id, `${here}.SpecialToken.id`);
      const token = objectAt(Object.hasOwn(special, name) ? special[name] : undefined, `special_tokens.${name}`);
      for (const id of listAt(token.ids, `special_tokens.${name}.ids`)) {
        sides[texts === 0 ? 0 : 1].push(idAt(id, `special_tokens.${name}.ids`));
      }
    }
  }
  if (texts !== 1) fail(`${at}.single`, `it holds the text ${texts} times instead of once`);
  return { prefix: sides[0], suffix: sides[1] };
}

function parseTruncation(value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  const truncation = objectAt(value, 'truncation');
  only(truncation.direction ?? 'Right', ['Right'], 'truncation.direction');
  return wholeAt(truncation.max_length, 'truncation.max_length');
}
