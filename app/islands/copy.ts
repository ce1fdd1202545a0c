// Buttons that copy a text of the page. They are hidden until this script can serve them.

export function copyButtons(document: Document): void {
  if (navigator.clipboard === undefined) return; // only secure origins have it
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    const source = document.getElementById(button.dataset.copy ?? '');
    if (source === null) continue;
    const name = button.textContent;
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(source.textContent ?? '');
      button.textContent = 'Copied';
      setTimeout(() => {
        button.textContent = name;
      }, 2_000);
    });
  }
}
