// The local directory of this runtime: in Node a folder of the file system. The version for browsers is
// browser/local.ts; the package entry `./local` selects one of them.

import type { Directory } from '../storage/directory.ts';
import { nodeDirectory } from '../storage/fs.node.ts';

/** The folder `name`, created at the first write. In a browser the same call opens a folder of OPFS. */
export async function localDirectory(name: string): Promise<Directory> {
  return nodeDirectory(name);
}
