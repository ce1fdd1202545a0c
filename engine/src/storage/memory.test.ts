import { directoryContract } from '../../test/contract/directory-contract.ts';
import { memoryDirectory } from './memory.ts';

directoryContract('in memory', async () => memoryDirectory());
