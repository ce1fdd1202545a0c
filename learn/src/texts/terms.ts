// Reads definitions from an ontology as JSON: an object of terms by identifier, each with `label`, `description` and, where it holds, `deprecated`.

import type { PlainText } from '../data/plain-texts.ts';

interface Term {
  readonly label?: unknown;
  readonly description?: unknown;
  readonly deprecated?: unknown;
}

export function* termTexts(file: string, source: string): Generator<PlainText> {
  const terms: Readonly<Record<string, Term>> = JSON.parse(file);
  for (const { label, description, deprecated } of Object.values(terms)) {
    if (deprecated === true || typeof label !== 'string' || typeof description !== 'string') continue;
    yield { title: label, text: description.replace(/\s+/g, ' ').trim(), source };
  }
}
