// Finds a Chromium that this machine already has. Nothing here downloads one.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The path of an installed Chromium, QUIRE_CHROMIUM first; undefined where there is none. */
export function chromiumPath(env = process.env) {
  if (env.QUIRE_CHROMIUM) return existsSync(env.QUIRE_CHROMIUM) ? env.QUIRE_CHROMIUM : undefined;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
  }
  return undefined;
}
