// The script of every page. Everything works without it; it saves clicks.

import { copyButtons } from './copy.ts';
import { keys } from './keys.ts';
import { liveResults } from './live.ts';
import { sinceLastVisit } from './visit.ts';

keys(document);
copyButtons(document);
liveResults(document);
sinceLastVisit(document, localStorage);
