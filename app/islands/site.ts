// The script of every page. Everything works without it; it saves clicks.

import { copyButtons } from './copy.ts';
import { keys } from './keys.ts';
import { sinceLastVisit } from './visit.ts';

keys(document);
copyButtons(document);
sinceLastVisit(document, localStorage);
