// How words and meaning become one list, everywhere: on the site, on the command line and in `quire eval`.

import type { FuseOptions } from '@quire/engine/retrieval';

/** Lexical first, dense second. The weight of meaning is the one tuned on the dev split (the model's card). */
export const FUSION: FuseOptions = { by: 'rrf' };
