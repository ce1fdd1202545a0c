// The models that there are: those that ship with Quire and those in `models` of a data folder.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '@quire/engine/core';
import { CONFIG, type Model, readModel } from './model.ts';

/** models/ of this repository, from app/src/models or app/dist/models. */
export const SHIPPED = fileURLToPath(new URL('../../../models', import.meta.url));

/** Where a data folder keeps its models. */
export function modelsFolder(data: string): string {
  return join(data, 'models');
}

/** A model, or why its folder holds none. */
export type Listed = Model | { readonly name: string; readonly folder: string; readonly problem: string };

/** All models by name, shipped ones first. A folder that is not understood is listed with the reason. */
export function listModels(data: string): readonly Listed[] {
  const listed = (folder: string, origin: Model['origin']) =>
    foldersIn(folder).map((name): Listed => {
      try {
        return readModel(join(folder, name), origin);
      } catch (error) {
        return { name, folder: join(folder, name), problem: error instanceof Error ? error.message : String(error) };
      }
    });
  return [...listed(SHIPPED, 'shipped'), ...listed(modelsFolder(data), 'added')];
}

/** The model of that name; undefined where there is none. Throws what is wrong with its files. */
export function findModel(data: string, name: string): Model | undefined {
  for (const [folder, origin] of [
    [modelsFolder(data), 'added'],
    [SHIPPED, 'shipped'],
  ] as const) {
    if (foldersIn(folder).includes(name)) return readModel(join(folder, name), origin);
  }
  return undefined;
}

/** The model of that name. Throws NOT_FOUND, and names those that there are. */
export function modelNamed(data: string, name: string): Model {
  const found = findModel(data, name);
  if (found !== undefined) return found;
  const names = listModels(data).map((model) => model.name);
  throw new EngineError('NOT_FOUND', `There is no model ${JSON.stringify(name)}`, {
    hint: `The models are: ${names.join(', ') || 'none'}. "quire model add" adds one.`,
  });
}

/** A folder or the name of a model, as commands take it. */
export function modelAt(data: string, nameOrFolder: string): Model {
  if (/[\\/]/.test(nameOrFolder) || (findModel(data, nameOrFolder) === undefined && existsSync(nameOrFolder))) {
    return readModel(nameOrFolder, 'folder');
  }
  return modelNamed(data, nameOrFolder);
}

/** Folders with a config.json; those that begin with a point are being written. */
function foldersIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && !entry.name.startsWith('.') && existsSync(join(folder, entry.name, CONFIG)),
    )
    .map(({ name }) => name)
    .sort();
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Throws INVALID_ARGUMENT for a name that cannot be a folder's on every system. */
export function checkModelName(name: string): void {
  if (NAME.test(name)) return;
  throw new EngineError('INVALID_ARGUMENT', `${JSON.stringify(name)} cannot be the name of a model`, {
    hint: 'Use 1 to 100 letters, digits, points, hyphens and underscores; the first is a letter or a digit.',
  });
}
