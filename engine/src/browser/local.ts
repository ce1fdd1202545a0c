// The local directory of this runtime: in a browser a folder of the origin-private file system. The version for Node is
// node/local.ts; the package entry `./local` selects one of them.

import type { Directory } from '../storage/directory.ts';
import { opfsDirectory } from '../storage/opfs.ts';

/** The OPFS folder `name`, created when it is missing. In Node the same call opens a folder of the file system. */
export function localDirectory(name: string): Promise<Directory> {
  return opfsDirectory(name);
}
