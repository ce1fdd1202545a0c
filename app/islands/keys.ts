// Keys of one letter. They follow links and press buttons that the page has, so each does what a click does. The reader
// can turn them off at /settings/display; they rest while a text is typed and beside modifiers.

const PLACES: Readonly<Record<string, string>> = {
  d: '/papers',
  w: '/papers/week',
  m: '/papers/month',
  t: '/papers/trending',
  i: '/inbox',
  l: '/library',
};
/** Milliseconds in which the second key of `g d` follows. */
const PAUSE = 1_500;

export function keys(document: Document): void {
  if (document.body.dataset.keys === 'off') return;
  let leading = 0;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target)) {
      if (event.key === 'Escape') (event.target as HTMLElement).blur(); // isTyping: an element
      return;
    }
    const isSecond = event.timeStamp - leading < PAUSE;
    leading = 0;
    if (isSecond) {
      const place = PLACES[event.key];
      if (place !== undefined && document.querySelector(`a[href="${place}"]`) !== null) {
        event.preventDefault();
        location.assign(place);
      }
      return;
    }
    if (event.key === 'g') leading = event.timeStamp;
    else if (act(document, event.key)) event.preventDefault();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** Does what a key stands for; false where the page has nothing for it. */
function act(document: Document, key: string): boolean {
  const paper = current(document);
  switch (key) {
    case '/':
      return focus(document.querySelector<HTMLInputElement>('input[name="q"]'), true);
    case 'j':
      return step(document, 1);
    case 'k':
      return step(document, -1);
    case 'o':
      return click(paper?.querySelector('h2 a, h3 a'));
    case 'x':
      return open(paper?.dataset.original);
    case '.':
      return similar(document, paper);
    case 'y':
      return click(paper?.querySelector('[data-key="y"]') ?? document.querySelector('[data-copy="citation"]'));
    case '[':
      return click(document.querySelector('a[rel="prev"]'));
    case ']':
      return click(document.querySelector('a[rel="next"]'));
    case '?':
      location.assign('/settings/display');
      return true;
    case 'u':
    case 's':
    case 'n':
    case 'r':
    case 'e':
      return click((paper ?? document).querySelector(`[data-key="${key}"]`));
    default:
      return false;
  }
}

/** The paper that has the focus, else the one of a paper's page. */
function current(document: Document): HTMLElement | undefined {
  const focused = document.activeElement?.closest<HTMLElement>('article.paper');
  return focused ?? document.querySelector<HTMLElement>('article.paper.whole') ?? undefined;
}

function step(document: Document, by: 1 | -1): boolean {
  const titles = [...document.querySelectorAll<HTMLElement>('main article.paper :is(h2, h3) a')];
  const focused = document.activeElement?.closest('article.paper')?.querySelector<HTMLElement>('h2 a, h3 a');
  const at = focused == null ? -1 : titles.indexOf(focused);
  return focus(titles[at < 0 && by < 0 ? 0 : Math.min(titles.length - 1, Math.max(0, at + by))]);
}

function focus(element: HTMLElement | null | undefined, selects = false): boolean {
  if (element == null) return false;
  element.focus();
  element.scrollIntoView({ block: 'nearest' });
  if (selects && element instanceof HTMLInputElement) element.select();
  return true;
}

function click(element: Element | null | undefined): boolean {
  if (!(element instanceof HTMLElement)) return false;
  element.click();
  return true;
}

function open(address: string | undefined): boolean {
  if (address === undefined || !/^https?:/.test(address)) return false;
  location.assign(address);
  return true;
}

function similar(document: Document, paper: HTMLElement | undefined): boolean {
  const here = document.getElementById('similar');
  if (here !== null) {
    here.scrollIntoView();
    return true;
  }
  const title = paper?.querySelector<HTMLAnchorElement>('h2 a, h3 a');
  if (title == null) return false;
  location.assign(`${title.href}#similar`);
  return true;
}
