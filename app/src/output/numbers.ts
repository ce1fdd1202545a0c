// Numbers as text, for pages, terminals and messages: grouped by thousands, the same in every locale of the machine.

const NUMBER = new Intl.NumberFormat('en');

/** "1,204" */
export function grouped(value: number): string {
  return NUMBER.format(value);
}

/** "1 paper", "1,204 papers" */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
