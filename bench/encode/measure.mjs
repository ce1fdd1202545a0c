// Papers a second and milliseconds a query of anything that encodes token sequences; the same in Node and in a page.

/** Sequences of `length` tokens, the same for a seed. Numbers stay below the vocabulary. */
export function sequencesOf(count, length, vocabulary) {
  let state = 12345;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % vocabulary;
  };
  return Array.from({ length: count }, () => Uint32Array.from({ length }, next));
}

/** `encode` takes sequences and resolves when their vectors are there. */
export async function measure(encode, { papers, queries, vocabulary }) {
  const documents = sequencesOf(papers, 128, vocabulary);
  const asked = sequencesOf(queries, 12, vocabulary);
  await encode(documents.slice(0, 8));
  const begun = performance.now();
  for (let i = 0; i < papers; i += 16) await encode(documents.slice(i, i + 16));
  const papersPerS = (1000 * papers) / (performance.now() - begun);
  for (const query of asked.slice(0, 10)) await encode([query]);
  const times = [];
  for (const query of asked) {
    const from = performance.now();
    await encode([query]);
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  return { papersPerS, p50: times[times.length >> 1], p99: times[Math.floor(0.99 * times.length)] };
}
