import { directoryContract } from '../../test/contract/directory-contract.ts';
import { opfsDirectory } from './opfs.ts';

const isMissing = typeof globalThis.navigator?.storage?.getDirectory !== 'function';
let made = 0;

directoryContract(
  isMissing ? 'in OPFS (skipped: not in a browser)' : 'in OPFS',
  () => opfsDirectory(`test-${Date.now()}/${made++}`),
  isMissing,
);
