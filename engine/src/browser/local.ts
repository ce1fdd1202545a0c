// The directory that belongs to this runtime: in a browser a folder of the origin-private file system. Node's twin is
// node/local.ts; the package's `./local` entry picks one.

import type { Directory } from '../storage/directory.ts';
import { opfsDirectory } from '../storage/opfs.ts';

/** The OPFS folder `name`, made when it is missing. In Node the same call opens a folder of the file system. */
export function localDirectory(name: string): Promise<Directory> {
  return opfsDirectory(name);
}
