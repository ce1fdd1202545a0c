// Checks of arguments at public functions. Every message names the argument and its value, of whatever type it is.

import { EngineError } from './errors.ts';

/** The longest value that a message shows, in UTF-16 units. */
const MAX_SHOWN = 80;

/**
 * Any value as text for a message, one line, cut short: strings quoted, NaN as NaN, a bigint with its n. Never throws.
 */
export function shown(value: unknown): string {
  const text = textOf(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.slice(0, MAX_SHOWN + 1));
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return value.toString();
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : objectText(value);
    default:
      return String(value); // a number, a boolean or undefined
  }
}

/** JSON if it represents the whole value; else the kind of the object (a Map, a list with NaN, a cycle). */
function objectText(value: object): string {
  try {
    if (ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set) return `a ${value.constructor.name}`;
    if (Array.isArray(value)) return `[${value.slice(0, MAX_SHOWN).map(textOf).join(', ')}]`;
    return JSON.stringify(value, (_key, inner: unknown) => (isPlain(inner) ? inner : textOf(inner))) ?? 'an object';
  } catch {
    return 'an object';
  }
}

/** Whether JSON can represent the value. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'object' || typeof value === 'string' || typeof value === 'boolean';
}

export interface Limits {
  /** Default 0. */
  readonly min?: number;
  /** Default 2^53 − 1. Infinity is legal only where it is the limit. */
  readonly max?: number;
}

/** Throws INVALID_ARGUMENT unless `value` is an integer within the limits. */
export function checkCount(name: string, value: unknown, limits: Limits = {}): asserts value is number {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = limits;
  const isWhole = Number.isInteger(value) || (value === Number.POSITIVE_INFINITY && max === value);
  if (isWhole && (value as number) >= min && (value as number) <= max) return; // a number: isWhole implies it
  const range = max >= Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new EngineError('INVALID_ARGUMENT', `${name} is ${shown(value)}`, { hint: `Pass an integer ${range}.` });
}

/** Throws INVALID_ARGUMENT unless `value` is a finite number within the limits (default: any finite number). */
export function checkNumber(name: string, value: unknown, limits: Limits = {}): asserts value is number {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = limits;
  if (typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max) return;
  const range = [
    min > Number.NEGATIVE_INFINITY ? ` from ${min}` : '',
    max < Number.POSITIVE_INFINITY ? ` to ${max}` : '',
  ];
  throw new EngineError('INVALID_ARGUMENT', `${name} is ${shown(value)}`, {
    hint: `Pass a finite number${range.join('')}.`,
  });
}

/** Throws INVALID_ARGUMENT unless `value` is a string. */
export function checkString(name: string, value: unknown): asserts value is string {
  if (typeof value === 'string') return;
  throw new EngineError('INVALID_ARGUMENT', `${name} is ${shown(value)}`, { hint: 'Pass a string.' });
}

/** Throws INVALID_ARGUMENT unless `value` is an object and not a list: options, a document, a record. */
export function checkObject(name: string, value: unknown): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new EngineError('INVALID_ARGUMENT', `${name} is ${shown(value)}`, { hint: 'Pass an object.' });
}

/** Throws INVALID_ARGUMENT unless `value` is a function. */
export function checkFunction(name: string, value: unknown): asserts value is (...given: never[]) => unknown {
  if (typeof value === 'function') return;
  throw new EngineError('INVALID_ARGUMENT', `${name} is ${shown(value)}`, { hint: 'Pass a function.' });
}

/** Throws INVALID_ARGUMENT unless `value` is a list. */
export function checkList(name: string, value: unknown): asserts value is readonly unknown[] {
  if (Array.isArray(value)) return;
  throw new EngineError('INVALID_ARGUMENT', `${name} is ${shown(value)}`, { hint: 'Pass a list.' });
}

/** Throws INVALID_ARGUMENT unless `value` is a list, a set or another iterable of items. A string is not. */
export function checkIterable(name: string, value: unknown): asserts value is Iterable<unknown> {
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) return;
  throw new EngineError('INVALID_ARGUMENT', `${name} is ${shown(value)}`, { hint: 'Pass a list or another iterable.' });
}

/** Throws INVALID_ARGUMENT unless `value` is an object with these methods: a retriever, an encoder, a directory. */
export function checkMethods(name: string, value: unknown, ...methods: readonly string[]): void {
  checkObject(name, value);
  for (const method of methods) checkFunction(`${name}.${method}`, value[method]);
}
