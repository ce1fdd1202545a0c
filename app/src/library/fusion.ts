// How words and meaning become one list, everywhere: on the site, on the command line and in `quire eval`.

import type { FuseOptions } from '@quire/engine/retrieval';

/** The share of meaning; tuned together with the shipped encoder on the dev splits (its card in models/). */
const MEANING = 0.1;

/** Lexical first, dense second. */
export const FUSION: FuseOptions = { by: 'minmax', weights: [1 - MEANING, MEANING] };

/** Hits of each list that are fused: the depth at which the share of meaning was tuned. */
export const FUSION_DEPTH = 200;
