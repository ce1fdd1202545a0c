// Rules for lockfiles: no download addresses (each machine uses its own registry), a checksum for every package, optional
// packages listed for every platform, and no package with an install script (such a script can fetch binaries).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const name = 'lockfile';

/**
 * The package holds a binary for every platform. Its script only tests that the one for this platform loads; bootstrap
 * installs without scripts. app/src/store/driver.test.ts holds the package to this.
 */
const HAS_ITS_BINARIES = new Set(['@photostructure/sqlite']);
const LOCKS = ['package-lock.json', 'runner/package-lock.json'];

/** @returns {string[]} one line a package that breaks a rule */
export function check(root) {
  return LOCKS.filter((lock) => existsSync(join(root, lock))).flatMap((lock) => {
    const { packages } = JSON.parse(readFileSync(join(root, lock), 'utf8'));
    return Object.entries(packages).flatMap(([path, entry]) => [
      ...complaints(lock, path, entry),
      ...unlisted(packages, path, entry).map(
        (name) => `${lock}: ${name}, optional for ${path}, is not listed: npm ci fails`,
      ),
    ]);
  });
}

function complaints(lock, path, entry) {
  const found = [];
  const installed = path.includes('node_modules/') && !entry.link && !entry.inBundle;
  if (/^[a-z+]+:/i.test(entry.resolved ?? '')) found.push(`${lock}: ${path} carries a download address`);
  if (installed && entry.integrity === undefined) found.push(`${lock}: ${path} has no checksum`);
  // The only package of the runner, node, installs the binary for its platform from the registry in such a script.
  if (
    entry.hasInstallScript &&
    lock === 'package-lock.json' &&
    !HAS_ITS_BINARIES.has(path.replace(/^.*node_modules\//, ''))
  )
    found.push(`${lock}: ${path} runs a script when installed`);
  return found;
}

/** Optional packages (mostly for other platforms) that are missing in the lockfile. */
function unlisted(packages, path, { optionalDependencies = {} }) {
  return Object.keys(optionalDependencies).filter(
    (name) => packages[`node_modules/${name}`] === undefined && packages[`${path}/node_modules/${name}`] === undefined,
  );
}
