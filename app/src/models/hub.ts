// One file of a model hub: the addresses, headers and answers of huggingface.co's "resolve". A large file is answered by a
// redirect whose headers state the commit, the size and the SHA-256; a small one at once, or by a redirect on the hub.

import { EngineError } from '@quire/engine/core';

/** The public hub. QUIRE_HUB names another one with the same addresses. */
export const HUB = 'https://huggingface.co';

export interface HubModel {
  /** Address of the hub. */
  readonly hub: string;
  /** owner/name. */
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

export interface HubFile {
  readonly bytes: number;
  /** Of files that the hub keeps apart (weights). */
  readonly sha256?: string;
  /** The commit that the revision stands for. */
  readonly commit?: string;
}

const MAX_REDIRECTS = 5;
/** owner/name as the hub allows it. */
const REPOSITORY = /^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/;

/** Whether `text` has the form of a model's name on a hub. */
export function isHubName(text: string): boolean {
  return REPOSITORY.test(text);
}

/** Asks for a file; undefined where the model has none. The caller reads or cancels the body. */
export async function request(
  model: HubModel,
  path: string,
  init: { readonly method?: 'GET' | 'HEAD'; readonly from?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<{ readonly file: HubFile; readonly response: Response } | undefined> {
  const { method = 'GET', from = 0, signal } = init;
  let url = new URL(
    `${model.hub.replace(/\/$/, '')}/${model.repository}/resolve/${encodeURIComponent(model.revision)}/${path}`,
  );
  const told: { size?: string | undefined; hash?: string | undefined; commit?: string | undefined } = {};
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await ask(url, method, from, signal);
    const header = (name: string) => response.headers.get(name) ?? undefined;
    told.commit ??= header('x-repo-commit');
    told.size ??= header('x-linked-size');
    told.hash ??= header('x-linked-etag')?.replace(/^W\/|"/g, '');
    const target = header('location');
    if (response.status >= 300 && response.status < 400 && target !== undefined) {
      await response.body?.cancel();
      url = new URL(target, url);
      continue;
    }
    if (response.status === 404 && header('x-error-code') === 'EntryNotFound') {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok && response.status !== 416) throw await refused(model, path, response);
    const size = Number(told.size ?? totalOf(response) ?? Number.NaN);
    const file: HubFile = {
      bytes: Number.isSafeInteger(size) && size >= 0 ? size : -1,
      ...(told.hash !== undefined && /^[0-9a-f]{64}$/.test(told.hash) && { sha256: told.hash }),
      ...(told.commit !== undefined && { commit: told.commit }),
    };
    return { file, response };
  }
  throw new EngineError('STORAGE_FAILED', `The hub redirects ${path} more than ${MAX_REDIRECTS} times`);
}

/** Bytes of the whole file. */
function totalOf({ headers, status }: Response): string | undefined {
  if (status === 206 || status === 416) return /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  // The length of a compressed answer is not that of the file.
  return headers.get('content-encoding') === null ? (headers.get('content-length') ?? undefined) : undefined;
}

async function ask(url: URL, method: string, from: number, signal: AbortSignal | undefined): Promise<Response> {
  const headers = {
    'accept-encoding': 'identity',
    'user-agent': 'quire',
    ...(from > 0 && { range: `bytes=${from}-` }),
  };
  try {
    return await fetch(url, { method, headers, redirect: 'manual', ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw new EngineError('CANCELLED', 'The download was stopped');
    throw unreachable(url.origin, error);
  }
}

/** The connection, not the answer, failed: it may work at the next try. */
export function unreachable(origin: string, error: unknown): EngineError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EngineError('STORAGE_FAILED', `The connection to the hub ${origin} failed: ${reason}`, {
    hint: 'Give the same command again: it goes on where it stopped. Without a network, copy the folder of the model to this machine and add that.',
    cause: error,
  });
}

async function refused({ repository, revision }: HubModel, path: string, response: Response): Promise<EngineError> {
  const code = response.headers.get('x-error-code') ?? '';
  await response.body?.cancel();
  // The hub answers 401 for a model that does not exist: it does not tell whether there is a private one.
  if (code === 'RepoNotFound' || response.status === 401 || (response.status === 404 && code === '')) {
    return new EngineError('NOT_FOUND', `The hub has no model ${JSON.stringify(repository)}`, {
      hint: 'A name is owner/name, for example sentence-transformers/all-MiniLM-L6-v2. A folder must exist on this machine.',
    });
  }
  if (code === 'RevisionNotFound') {
    return new EngineError('NOT_FOUND', `The model ${repository} has no revision ${JSON.stringify(revision)}`);
  }
  if (code === 'GatedRepo' || response.status === 403) {
    return new EngineError('UNSUPPORTED', `The hub gives the model ${repository} only to registered users`, {
      hint: 'Download it with the tools of the hub, then add its folder.',
    });
  }
  return new EngineError('STORAGE_FAILED', `The hub answers ${response.status} for ${path} of ${repository}`, {
    hint: 'Try again later: the download goes on where it stopped.',
  });
}
