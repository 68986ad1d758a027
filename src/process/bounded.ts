/** Keeps the beginning and the end of a stream of any length, in bounded memory. */
export class BoundedText {
  #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #total = 0;
  readonly #half: number;

  /** @param maxBytes kept at most, half of it from the beginning. */
  constructor(maxBytes: number) {
    this.#half = Math.max(1, Math.floor(maxBytes / 2));
  }

  /** Bytes pushed so far, kept or not. */
  get totalBytes(): number {
    return this.#total;
  }

  push(chunk: Buffer): void {
    this.#total += chunk.length;
    const room = this.#half - this.#headBytes;
    if (room > 0) {
      const part = chunk.subarray(0, room);
      this.#head.push(Buffer.from(part));
      this.#headBytes += part.length;
      chunk = chunk.subarray(part.length);
    }
    if (chunk.length === 0) return;
    const part = chunk.length > this.#half ? chunk.subarray(chunk.length - this.#half) : chunk;
    this.#tail.push(Buffer.from(part));
    this.#tailBytes += part.length;
    while (this.#tailBytes - this.#tail[0]!.length >= this.#half) this.#tailBytes -= this.#tail.shift()!.length;
  }

  /** The kept bytes as UTF-8 (invalid sequences become U+FFFD), with a line that says how much is missing. */
  text(): string {
    let tail = Buffer.concat(this.#tail);
    if (tail.length > this.#half) tail = tail.subarray(tail.length - this.#half);
    const missing = this.#total - this.#headBytes - tail.length;
    // Decoded as one where nothing is missing: a character may stand across the middle.
    if (missing === 0) return Buffer.concat([...this.#head, tail]).toString('utf8');
    return `${Buffer.concat(this.#head).toString('utf8')}\n… ${missing} bytes not kept …\n${tail.toString('utf8')}`;
  }
}
