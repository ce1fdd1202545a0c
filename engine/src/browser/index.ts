// browser: the directories of a page. OPFS for a local library, HTTP ranges for a library on a server.
export { type HttpDirectoryOptions, httpDirectory } from '../storage/http.ts';
export { type OpfsDirectoryOptions, opfsDirectory } from '../storage/opfs.ts';
