// A note about damage in the store, on the pages whose answer it may have changed.

import { Data } from './text.tsx';

export function DamageNote({ damaged = [] }: { readonly damaged?: readonly string[] | undefined }) {
  if (damaged.length === 0) return null;
  return (
    <div class="note" role="alert">
      <p>The store of this library is damaged, so this page may lack papers:</p>
      <ul>
        {damaged.map((sentence) => (
          <li>
            <Data>{sentence}</Data>
          </li>
        ))}
      </ul>
      <p>
        <kbd>quire doctor --repair</kbd> copies every sound record into a new file.
      </p>
    </div>
  );
}
