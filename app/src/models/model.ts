// A model as its files say it is, before its weights are read.

import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { EngineError } from '@quire/engine/core';
import type { Products } from '@quire/engine/encoders';
import { CARD, type Card, readCard } from './card.ts';
import { type Fusion, parseFusion, UNTUNED } from './fusion.ts';

/** How a transformer is run; part of its space. */
export interface Settings {
  /** Tokens read of a text; undefined: as many as the model reads. */
  readonly length?: number | undefined;
  readonly products?: Products | undefined;
  /** Put before texts; undefined: as the model's files say. */
  readonly prefixes?: { readonly query: string; readonly document: string } | undefined;
}

/** Plain data: it is passed to threads. */
export interface Model {
  readonly name: string;
  readonly folder: string;
  /** `shipped`: part of Quire; `added`: in the data folder; `folder`: any other folder. */
  readonly origin: 'shipped' | 'added' | 'folder';
  readonly kind: 'static' | 'transformer';
  readonly settings: Settings;
  readonly fusion: Fusion;
  /** fusion is the model's own, not the default of a model that was not tuned. */
  readonly isTuned: boolean;
}

/** Cosines of a model mean something only for the texts that it is given: title and abstract, in this order. */
export const FIELDS = ['title', 'abstract'] as const;

export const CONFIG = 'config.json';

/** The model in `folder`. Throws NOT_FOUND where there is no config.json, PARSE_FAILED for one that is not understood. */
export function readModel(folder: string, origin: Model['origin'], settings: Settings = {}): Model {
  const config = readConfig(folder);
  const card = existsSync(join(folder, CARD)) ? readCard(folder) : undefined;
  const fusion = card?.fusion ?? parseFusion(config.fusion, join(folder, CONFIG));
  return {
    name: card?.name ?? basename(resolve(folder)),
    folder,
    origin,
    kind: config.type === 'static' ? 'static' : 'transformer',
    settings: { ...settingsOf(card), ...settings },
    fusion: fusion ?? UNTUNED,
    isTuned: fusion !== undefined,
  };
}

/** What a user chose, or what was detected, when the model was added. */
function settingsOf(card: Card | undefined): Settings {
  if (card?.transformer === undefined) return {};
  const { length, products, prefixes } = card.transformer;
  return { length, products, prefixes };
}

function readConfig(folder: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(join(folder, CONFIG), 'utf8');
  } catch (cause) {
    throw new EngineError('NOT_FOUND', `There is no ${CONFIG} in ${folder}`, {
      hint: 'A model is a folder with config.json, tokenizer.json and model.safetensors, as the model hubs lay it out.',
      cause,
    });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>; // an object that is no list
  } catch {
    // Answered below: neither text nor list is a configuration.
  }
  throw new EngineError('PARSE_FAILED', `${join(folder, CONFIG)} is not a JSON object`);
}
