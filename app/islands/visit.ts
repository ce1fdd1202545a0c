// What is new since the reader's last visit. The day of the newest list that was seen stays in this browser; the server
// never learns it.

const NAME = 'quire-seen';

/** Fills the place that the newest day has for it. */
export function sinceLastVisit(document: Document, storage: Storage): void {
  const place = document.querySelector<HTMLElement>('[data-newest]');
  const newest = place?.dataset.newest;
  if (place == null || newest === undefined) return;
  const seen = storage.getItem(NAME);
  if (seen === null || seen < newest) storage.setItem(NAME, newest);
  if (seen === null || seen >= newest || !/^\d{4}-\d{2}-\d{2}$/.test(seen)) return;
  const days = [...document.querySelectorAll<HTMLAnchorElement>('.strip ol a')]
    .map((link) => link.pathname.slice(-10))
    .filter((day) => day > seen && day <= newest).length;
  const link = document.createElement('a');
  link.href = `/papers/since/${seen}`;
  link.textContent = `Since your last visit${days > 1 && days < 7 ? `: ${days} days` : ''}`;
  place.append(' · ', link);
}
