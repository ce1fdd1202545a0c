// Results as one types, on the search page. The form works without it: this saves pressing Enter.

/** Milliseconds without a key before the question is sent. */
const PAUSE = 60;
/** Shorter queries stand for too much. */
const SHORTEST = 2;

export function liveResults(document: Document): void {
  const form = document.querySelector<HTMLFormElement>('form[action="/search"]');
  const field = form?.querySelector<HTMLInputElement>('input[name="q"]');
  const heading = document.querySelector<HTMLElement>('main h1');
  if (form == null || field == null || heading === null || document.querySelector('#results') === null) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | undefined;
  let shown = field.value.trim();

  const show = async () => {
    const query = field.value.trim();
    if (query === shown || query.length < SHORTEST) return;
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    const answer = await fetch(`/search?${new URLSearchParams({ q: query, live: '1' })}`, { signal });
    const text = answer.ok ? await answer.text() : '';
    // The server escapes everything from papers and readers, as on any page.
    const made = document.createElement('template');
    made.innerHTML = text;
    const results = made.content.querySelector('#results');
    if (results === null || field.value.trim() !== query) return;
    document.querySelector('#results')?.replaceWith(results);
    heading.textContent = query;
    shown = query;
    history.replaceState(null, '', `/search?${new URLSearchParams({ q: query })}`);
  };
  const soon = () => {
    clearTimeout(timer);
    // Offline, or overtaken by the next key: Enter still asks.
    timer = setTimeout(() => void show().catch(() => undefined), PAUSE);
  };
  field.addEventListener('input', (event) => {
    const isUnfinished = event instanceof InputEvent && event.isComposing; // signs that are still being put together
    if (!isUnfinished) soon();
  });
  field.addEventListener('compositionend', soon);
}
