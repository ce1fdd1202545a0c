// The fusion of lexical and dense search, for the site, the command line and `quire eval`.

import type { FuseOptions } from '@quire/engine/retrieval';

/** The weight of dense search; tuned together with the shipped encoder on the dev splits (its card in models/). */
const MEANING = 0.1;

/** Lexical first, dense second. */
export const FUSION: FuseOptions = { by: 'minmax', weights: [1 - MEANING, MEANING] };

/** Hits of each list that are fused: the depth at which the weight was tuned. */
export const FUSION_DEPTH = 200;
