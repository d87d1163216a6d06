// SPDX-License-Identifier: Apache-2.0
/** The thin part of a transport: encoded messages, both ways, in order. All else is `WireChannel`. */

import { VeilmatchError } from '../../errors.js';

export interface LinkEvents {
  message(message: Uint8Array): void;
  /** The other end has gone, with what went wrong if anything did. Called once at most. */
  end(error?: VeilmatchError): void;
  /** The other end sends more than its messages account for, and is not heard any more. Called once at most. */
  flooded(): void;
}

export interface Link {
  /** Takes a message and keeps it until it is sent. The window of a channel bounds how many that are. */
  write(message: Uint8Array): void;
  /**
   * Sends what was written, then ends. Resolves when that is done, or has no prospect of being done.
   * @param deaf the other end broke the rules, and is not heard to its end. Default: what it has under way is still taken off the line
   */
  end(deaf?: boolean): Promise<void>;
  /** Ends at once. */
  destroy(): void;
  /** Says who is told from now on; what came earlier is kept for the first one. */
  listen(events: LinkEvents): void;
}

/** Keeps what comes before anybody listens. */
export class LinkInbox implements LinkEvents {
  #events: LinkEvents | undefined;
  readonly #early: ((events: LinkEvents) => void)[] = [];

  listen(events: LinkEvents): void {
    this.#events = events;
    for (const replay of this.#early.splice(0)) replay(this.#events);
  }

  message(message: Uint8Array): void {
    this.#tell((events) => events.message(message));
  }

  end(error?: VeilmatchError): void {
    this.#tell((events) => events.end(error));
  }

  flooded(): void {
    this.#tell((events) => events.flooded());
  }

  #tell(event: (events: LinkEvents) => void): void {
    if (this.#events === undefined) this.#early.push(event);
    else event(this.#events);
  }
}

export function disconnected(message: string, cause?: unknown): VeilmatchError {
  return new VeilmatchError('disconnected', message, { cause });
}
