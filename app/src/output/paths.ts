// Messages for any reader name no folder of this machine.

import { homedir } from 'node:os';

/** An absolute path of any system, but not the path of an address: https://example.org/a/b stays. */
const ABSOLUTE =
  /(?<![\w.~:/\\-])(?:file:\/\/|[a-z]:|\\\\)?[/\\](?:[^\s/\\:"'“”‘’<>|(),;]+[/\\])*([^\s/\\:"'“”‘’<>|(),;]*)/gi;

/**
 * `text` with every absolute path cut down to its last component. `folder` is known, so it may contain any character.
 */
export function withoutPaths(text: string, folder: string): string {
  const known = [folder, process.cwd(), homedir()].filter((path) => path.length > 1);
  const shortened = known.reduce(
    (rest, path) => rest.replaceAll(`${path}/`, '').replaceAll(path, 'the data folder'),
    text,
  );
  return shortened.replace(ABSOLUTE, (path, last: string) => (path.length === 1 ? path : last || 'a folder'));
}
