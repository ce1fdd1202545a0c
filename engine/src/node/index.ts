// node: the adapters for Node. A library in a folder of the file system.

// A static encoder's model folder.
export { readStaticModel } from '../encoders/static.node.ts';
// The model folder of a transformer encoder.
export { modelFiles, readTransformerFolder } from '../encoders/transformer/folder.node.ts';
// Workers for the kernel pool.
export { nodeWorkers } from '../kernels/pool.node.ts';
export { type NodeDirectoryOptions, nodeDirectory } from '../storage/fs.node.ts';
// Who holds a lock of a folder, without taking it.
export { type LockOwner, readFileLock } from '../storage/lock.node.ts';
// Datasets on disk, decompressed and fingerprinted.
export {
  type Dataset,
  type DatasetOptions,
  dataFolder,
  listDatasets,
  loadCacmRaw,
  loadDataset,
  loadQrels,
  readTextFile,
} from './datasets.ts';
