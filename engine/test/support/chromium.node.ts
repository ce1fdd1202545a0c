// For tests that start a Chromium themselves. (`npm run test:browser` runs the whole suite in one.)
import { chromiumPath } from '../../../scripts/lib/chromium.mjs';
import { type Conditional, unless } from './skip.ts';

export { pageAnswer } from '../../../scripts/lib/chromium.mjs';

/** Tests that need an installed Chromium; they skip with the reason `no Chromium` where there is none. */
export const whenChromium = (): Conditional => unless(chromiumPath() === undefined ? 'no Chromium' : undefined);
