// The directory that belongs to this runtime: in Node a folder of the file system. The browser's twin is
// browser/local.ts; the package's `./local` entry picks one.

import type { Directory } from '../storage/directory.ts';
import { nodeDirectory } from '../storage/fs.node.ts';

/** The folder `name`, made when it is first written to. In a browser the same call opens a folder of OPFS. */
export async function localDirectory(name: string): Promise<Directory> {
  return nodeDirectory(name);
}
