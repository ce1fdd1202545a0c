// Writes a whole section of a part from bytes that are in memory.

import type { SectionWriter } from './part.ts';

export async function writeSection(out: SectionWriter, name: string, bytes: Uint8Array): Promise<void> {
  const sink = await out.section(name);
  if (bytes.length > 0) await sink.append(bytes);
  await sink.close();
}
