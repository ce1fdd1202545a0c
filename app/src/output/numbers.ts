// Numbers as text, for pages, terminals and messages: grouped by thousands, the same in every locale of the machine.

const NUMBER = new Intl.NumberFormat('en');

/** "1,204" */
export function grouped(value: number): string {
  return NUMBER.format(value);
}

/** Bytes as "12 kB", "91 MB", "1.3 GB". */
export function sized(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** "1 paper", "1,204 papers" */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
