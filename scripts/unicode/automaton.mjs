// Compiles regular expressions over a small alphabet of classes to the minimal deterministic automaton. Used only to make
// tables. The longest match wins; among equal matches the earlier rule wins.

/** Expression builders. An expression is a function (nfa, from) => to. */
export const one = (classes) => (nfa, from) => {
  const to = nfa.state();
  for (const c of classes) nfa.edge(from, c, to);
  return to;
};
export const seq =
  (...parts) =>
  (nfa, from) =>
    parts.reduce((at, part) => part(nfa, at), from);
export const alt =
  (...parts) =>
  (nfa, from) => {
    const to = nfa.state();
    for (const part of parts) nfa.empty(part(nfa, from), to);
    return to;
  };
export const star = (part) => (nfa, from) => {
  const loop = nfa.state();
  nfa.empty(from, loop);
  nfa.empty(part(nfa, loop), loop);
  const to = nfa.state();
  nfa.empty(loop, to);
  return to;
};
export const plus = (part) => seq(part, star(part));
export const maybe = (part) => alt(part, seq());

/**
 * @param {readonly {accept: number, rule: Function}[]} rules in order of preference; accept ≥ 1
 * @param {number} classes size of the alphabet
 * @returns {{next: Uint8Array, accept: Uint8Array, states: number}} next[state · classes + class], state 0 dead,
 *   state 1 initial; accept[state] is 0 or the number of the rule that matched
 */
export function compile(rules, classes) {
  const nfa = newNfa();
  const start = nfa.state();
  const accepts = new Map();
  rules.forEach(({ accept, rule }, order) => {
    const entry = nfa.state(); // a loop of one rule must not lead back into another rule
    nfa.empty(start, entry);
    accepts.set(rule(nfa, entry), { accept, order });
  });
  return minimise(determinise(nfa, start, accepts, classes), classes);
}

function newNfa() {
  const edges = [];
  const empties = [];
  return {
    edges,
    empties,
    state() {
      edges.push([]);
      empties.push([]);
      return edges.length - 1;
    },
    edge: (from, c, to) => edges[from].push([c, to]),
    empty: (from, to) => empties[from].push(to),
  };
}

function determinise(nfa, start, accepts, classes) {
  const closure = (states) => {
    const seen = new Set(states);
    for (const state of seen) for (const to of nfa.empties[state]) seen.add(to);
    return [...seen].sort((a, b) => a - b);
  };
  const numbers = new Map([['', 0]]);
  const sets = [[]];
  const number = (set) => {
    const key = set.join();
    if (!numbers.has(key)) {
      numbers.set(key, sets.length);
      sets.push(set);
    }
    return numbers.get(key);
  };
  number(closure([start]));
  const next = [];
  const accept = [];
  for (let s = 0; s < sets.length; s++) {
    const targets = Array.from({ length: classes }, () => []);
    for (const state of sets[s]) for (const [c, to] of nfa.edges[state]) targets[c].push(to);
    for (const target of targets) next.push(number(closure(target)));
    const matched = sets[s].map((state) => accepts.get(state)).filter((a) => a !== undefined);
    matched.sort((a, b) => a.order - b.order);
    accept.push(matched[0]?.accept ?? 0);
  }
  return { next, accept, states: sets.length };
}

/** Moore's partition refinement; numbering by first visit from the dead and the initial state. */
function minimise({ next, accept, states }, classes) {
  let block = Array.from(accept);
  for (let blocks = new Set(block).size; ; ) {
    const names = new Map();
    const refined = block.map((b, s) => {
      const key = `${b}:${Array.from({ length: classes }, (_, c) => block[next[s * classes + c]]).join()}`;
      if (!names.has(key)) names.set(key, names.size);
      return names.get(key);
    });
    block = refined;
    if (names.size === blocks) break;
    blocks = names.size;
  }
  const order = [];
  const numberOf = new Map();
  const visit = (s) => {
    if (!numberOf.has(block[s])) {
      numberOf.set(block[s], order.length);
      order.push(s);
    }
    return numberOf.get(block[s]);
  };
  visit(0);
  visit(1);
  const table = [];
  for (let i = 0; i < order.length; i++) {
    for (let c = 0; c < classes; c++) table.push(visit(next[order[i] * classes + c]));
  }
  return {
    next: Uint8Array.from(table),
    accept: Uint8Array.from(order.map((s) => accept[s])),
    states: order.length,
    all: states,
  };
}
