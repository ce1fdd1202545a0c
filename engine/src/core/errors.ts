// The one error class of the engine. Callers branch on `code`. `message` states what was wrong, the value and the
// limit;
// `hint` states the fix. Expected outcomes (no hit, a rejected document) are return values, not errors.

/** Every code an EngineError can carry; docs/errors.md has one heading for each. */
export type ErrorCode =
  | 'INVALID_ARGUMENT' // misuse of an API: the message names the value and its legal range
  | 'INVALID_QUERY' // a query tree that no index can answer (an empty phrase, an unknown field)
  | 'INVALID_DOCUMENT' // a document that does not fit the schema
  | 'ENCODER_MISMATCH' // a representation from another space than the index was built in
  | 'SCHEMA_MISMATCH' // the library on disk was made with another schema or part configuration
  | 'CORRUPT' // a checksum or a structural invariant of a file failed: names file, block and offset
  | 'UNSUPPORTED_FORMAT' // a file of a format version that this build cannot read
  | 'NOT_FOUND' // a file, part, column or dataset that does not exist
  | 'LOCKED' // another live writer holds the library
  | 'READ_ONLY' // a write to a snapshot, an HTTP directory or a folder without permission
  | 'STORAGE_FULL' // the disk or quota is full; the last commit is not damaged
  | 'STORAGE_FAILED' // any other failure of the underlying storage, with its cause
  | 'CLOSED' // use after close
  | 'CANCELLED' // an AbortSignal fired
  | 'PARSE_FAILED' // input text that is not in the expected format: names line and reason
  | 'UNSUPPORTED'; // the platform lacks something (no WebAssembly SIMD, no OPFS)

export interface EngineErrorOptions {
  /** The fix, as an instruction: "Pass k between 1 and 10000". */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** Throws CANCELLED once `signal` has fired; call it between the steps of long work. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new EngineError('CANCELLED', 'The operation was cancelled', { cause: signal.reason });
  }
}
