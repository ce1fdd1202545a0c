// browser: where a library lives in a page. OPFS for its own, HTTP ranges for one that a server keeps.
export { type HttpDirectoryOptions, httpDirectory } from '../storage/http.ts';
export { type OpfsDirectoryOptions, opfsDirectory } from '../storage/opfs.ts';
