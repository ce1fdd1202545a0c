// A stream of byte pieces with a position: take a few bytes, return whole pieces, and go back within the last piece.

export class ByteSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  /** Bytes that were read and are not taken yet. */
  #rest: Uint8Array = new Uint8Array(0);
  /** The last piece that next() returned. */
  #last: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.#position;
  }

  /** The next `count` bytes without taking them; fewer at the end. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#rest.length < count) {
      const { done, value } = await this.#pieces.next();
      if (done === true) break;
      this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
    }
    return this.#rest.subarray(0, count);
  }

  /** The next `count` bytes; fewer at the end. */
  async take(count: number): Promise<Uint8Array> {
    const bytes = await this.peek(count);
    this.#advance(bytes.length);
    return bytes;
  }

  /** All available bytes, or the next piece; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    await this.peek(1);
    const bytes = this.#rest;
    if (bytes.length === 0) return undefined;
    this.#advance(bytes.length);
    this.#last = bytes;
    return bytes;
  }

  /** Goes back to `position`, which is in the piece that next() returned last or at its end. */
  moveTo(position: number): void {
    const back = this.#position - position;
    if (back < 0 || back > this.#last.length) throw new Error(`ByteSource: cannot go back ${back} bytes`);
    if (back === 0) return;
    const again = this.#last.subarray(this.#last.length - back);
    this.#rest = this.#rest.length === 0 ? again : Buffer.concat([again, this.#rest]);
    this.#position = position;
  }

  async skipZeros(): Promise<void> {
    while ((await this.peek(1)).length > 0) {
      const end = this.#rest.findIndex((byte) => byte !== 0);
      this.#advance(end < 0 ? this.#rest.length : end);
      if (end >= 0) return;
    }
  }

  /** Reads to the end; returns the number of bytes. */
  async skipAll(): Promise<number> {
    const start = this.#position;
    while ((await this.next()) !== undefined);
    return this.#position - start;
  }

  #advance(count: number): void {
    this.#rest = this.#rest.subarray(count);
    this.#position += count;
  }
}
