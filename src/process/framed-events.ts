import type { EventLines } from './event-lines.js';

const RECORD_SEPARATOR = 0x1e;
const NEWLINE = 0x0a;

/**
 * Tells events from other text on one stream: an event begins with a record separator and ends with a newline (RFC 7464). For
 * a guest that has stdio alone: `runsc restore` hands no further descriptor to it.
 */
export class FramedEvents {
  readonly #events: EventLines;
  readonly #text: (chunk: Buffer) => void;
  #inEvent = false;

  constructor(events: EventLines, text: (chunk: Buffer) => void) {
    this.#events = events;
    this.#text = text;
  }

  push(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0;) {
      const end = rest.indexOf(this.#inEvent ? NEWLINE : RECORD_SEPARATOR);
      const upTo = end < 0 ? rest.length : end;
      const own = rest.subarray(0, this.#inEvent && end >= 0 ? end + 1 : upTo);
      if (this.#inEvent) this.#events.push(own);
      else if (own.length > 0) this.#text(own);
      if (end >= 0) this.#inEvent = !this.#inEvent;
      rest = rest.subarray(end < 0 ? rest.length : end + 1);
    }
  }
}
