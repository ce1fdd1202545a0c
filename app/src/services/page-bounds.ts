// Which part of a list a caller may ask for. A number outside the range is refused: a caller that asks for entry 50,000
// and gets entry 10,000 believes that it has read the entries between.

import { EngineError } from '@quire/engine/core';
import { REQUEST } from '../output/bounds.ts';

const DEFAULT_LIMIT = 20;

export interface PageBounds {
  readonly offset: number;
  readonly limit: number;
}

/** Offset and limit with their defaults. Throws INVALID_ARGUMENT for one that is out of range. */
export function bounds({ offset = 0, limit = DEFAULT_LIMIT }: Partial<PageBounds>): PageBounds {
  check('offset', offset, 0, REQUEST.offset, 'A narrower query shows what comes later.');
  check('limit', limit, 1, REQUEST.limit, 'Ask for several pages.');
  return { offset, limit };
}

function check(name: string, value: number, min: number, max: number, hint: string): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new EngineError('INVALID_ARGUMENT', `${name} is ${value}, not a whole number from ${min} to ${max}`, { hint });
}
