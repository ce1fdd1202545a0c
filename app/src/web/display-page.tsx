// /settings/display: theme, density, and the keys of the site with a switch to turn them off.

import { DENSITIES, KEYS, THEMES } from './display.ts';
import { page } from './layout.tsx';
import type { Site } from './site.ts';

const NAMES: Readonly<Record<string, string>> = {
  auto: 'As the device',
  light: 'Light',
  dark: 'Dark',
  comfortable: 'Comfortable',
  compact: 'Compact',
  on: 'On',
  off: 'Off',
};

/** Keys and what they do; the script of the site (app/islands/keys.ts) has the same. */
const KEY_LIST: readonly (readonly [readonly string[], string])[] = [
  [['/'], 'search'],
  [['j', 'k'], 'next and previous paper'],
  [['o', 'Enter'], 'open the paper'],
  [['x'], 'open the paper at its source'],
  [['.'], 'similar papers'],
  [['y'], 'copy the citation'],
  [['[', ']'], 'previous and next day, week or month'],
  [['g d', 'g w', 'g m', 'g t'], 'day, week, month, trending'],
  [['?'], 'this page'],
  [['Esc'], 'leave the search box'],
];

export function displayPage(site: Site) {
  const { display } = site;
  return page({
    site,
    title: 'Display and keys',
    children: (
      <article class="reading">
        <h1>Display and keys</h1>
        <form class="settings" method="post" action="/settings/display">
          <Choice name="theme" legend="Colours" values={THEMES} chosen={display.theme} />
          <Choice name="density" legend="Lists" values={DENSITIES} chosen={display.density} />
          <Choice name="keys" legend="Keys of one letter" values={KEYS} chosen={display.keys} />
          <button type="submit">Keep</button>
        </form>
        <p>The choice is kept in a cookie of this browser. It names nothing about you.</p>
        <h2>Keys</h2>
        <dl class="facts keys">
          {KEY_LIST.map(([keys, does]) => (
            <div>
              <dt>
                {keys.map((key, i) => (
                  <>
                    {i > 0 && ' '}
                    <kbd>{key}</kbd>
                  </>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </article>
    ),
  });
}

function Choice({
  name,
  legend,
  values,
  chosen,
}: {
  readonly name: string;
  readonly legend: string;
  readonly values: readonly string[];
  readonly chosen: string;
}) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {values.map((value) => (
        <label>
          <input type="radio" name={name} value={value} checked={value === chosen} /> {NAMES[value]}
        </label>
      ))}
    </fieldset>
  );
}
