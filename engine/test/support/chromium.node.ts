// Tests that start a Chromium themselves. (The suite as a whole also runs in one: `npm run test:browser`.)
import { chromiumPath } from '../../../scripts/lib/chromium.mjs';
import { type Conditional, unless } from './skip.ts';

export { pageAnswer } from '../../../scripts/lib/chromium.mjs';

/** Tests that need an installed Chromium; they skip with the reason `no Chromium` where there is none. */
export const whenChromium = (): Conditional => unless(chromiumPath() === undefined ? 'no Chromium' : undefined);
