// Import cycles among source files, in every package. Imports of types count: files that need each other's types are read
// together.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, importsOf, resolveRelative } from '../lib/files.mjs';

export const name = 'import cycles';

const FOLDERS = ['engine/src', 'engine/test', 'learn/src', 'app/src', 'app/web', 'scripts', 'bench'];

/** @returns {string[]} one line a cycle */
export function check(root) {
  const graph = new Map();
  for (const folder of FOLDERS) {
    for (const below of filesBelow(join(root, folder), /\.(tsx?|mjs|js)$/)) {
      const file = `${folder}/${below}`;
      const targets = importsOf(readFileSync(join(root, file), 'utf8'))
        .map(({ specifier }) => resolveRelative(root, file, specifier))
        .filter((target) => target !== undefined && existsSync(join(root, target)));
      graph.set(file, targets);
    }
  }
  return cyclesOf(graph).map((cycle) => [...cycle, cycle[0]].join(' -> '));
}

/** One cycle for every back edge that a depth-first walk meets. (files, imports) -> paths. */
export function cyclesOf(graph) {
  const state = new Map(); // 1: on the path, 2: done
  const path = [];
  const cycles = [];
  const visit = (file) => {
    state.set(file, 1);
    path.push(file);
    for (const target of graph.get(file) ?? []) {
      if (state.get(target) === 1) cycles.push(path.slice(path.indexOf(target)));
      else if (!state.has(target)) visit(target);
    }
    path.pop();
    state.set(file, 2);
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file);
  return cycles;
}
