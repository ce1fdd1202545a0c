// Whether this program can start threads of its own files.

/** Threads run built files; from source (tests) all code runs in the calling thread. */
export function canUseThreads(): boolean {
  return import.meta.url.endsWith('.js');
}
