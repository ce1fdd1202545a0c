// The deep check of one file: every block is read and compared with its checksum.

import { crc32c } from '../core/crc32c.ts';
import { EngineError } from '../core/errors.ts';
import type { Cancellable } from '../core/types.ts';
import type { RandomAccess } from './directory.ts';
import { type Damage, padded, type Section } from './section-layout.ts';

/** Every damaged block, and every block that cannot be read. */
export async function damageOf(
  file: RandomAccess,
  sections: Iterable<Section>,
  blockBytes: number,
  options?: Cancellable,
): Promise<readonly Damage[]> {
  const damage: Damage[] = [];
  for (const section of sections) {
    for (let b = 0; b < section.checksums.length; b++) {
      const offset = b * blockBytes;
      const length = Math.min(blockBytes, padded(section.size) - offset);
      const place = { file: file.name, section: section.name, block: b, offset: section.offset + offset };
      try {
        const bytes = await file.read(section.offset + offset, length, options);
        if (crc32c(bytes) !== section.checksums[b]) damage.push({ ...place, message: 'checksum mismatch' });
      } catch (error) {
        if (error instanceof EngineError && error.code === 'CANCELLED') throw error;
        damage.push({ ...place, message: (error as Error).message });
      }
    }
  }
  return damage;
}
