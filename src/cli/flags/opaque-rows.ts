// SPDX-License-Identifier: Apache-2.0
/** A list whose cells are taken as they are, as a set, and what is said of it: they are often something else than they are called. */

import { throwIfAborted } from '../../abort.js';
import type { IdentifiersFromRows } from '../../identifiers/index.js';
import { type HashRule, looksHashed, readOpaque } from '../../identifiers/opaque.js';
import { PROFILE_NAMES } from '../../identifiers/profiles.js';
import type { RejectedRow } from '../../identifiers/row.js';
import { SetBuilder } from '../../identifiers/set.js';

/** Cells that are looked at. */
const SAMPLE = 1000;
/** A column is what nearly all of its cells are. */
const MIN_SHARE = 0.9;

export class OpaqueRows {
  readonly #hashed: HashRule | undefined;
  readonly #builder = new SetBuilder();
  readonly #rejected: RejectedRow[] = [];
  #sampled = 0;
  #likeHashes = 0;
  #likeIdentifiers = 0;

  /** @param hashed how the cells were made, where they are hashes */
  constructor(hashed: HashRule | undefined) {
    this.#hashed = hashed;
  }

  /** Takes the next row: each of its cells that holds something is an element. None are those of a record that could not be read. */
  add(cells: readonly string[] = []): void {
    const row = this.#builder.rowCount++;
    let isEmpty = true;
    for (const cell of cells) {
      const read = readOpaque(cell, this.#hashed);
      if (read === 'empty') continue;
      isEmpty = false;
      if (typeof read === 'string') this.#rejected.push({ row, code: read });
      else {
        this.#look(cell.trim());
        this.#builder.add(row, 'opaque', read);
      }
    }
    if (isEmpty) this.#rejected.push({ row, code: 'empty' });
  }

  /**
   * @param chunks - of rows, drawn to their end; who gives them adds each
   * @throws {VeilmatchError} `aborted`, and whatever `chunks` throws
   */
  async all(chunks: AsyncIterable<unknown>, signal: AbortSignal | undefined): Promise<IdentifiersFromRows> {
    for await (const _ of chunks) throwIfAborted(signal);
    return { set: this.#builder.build(), rejected: this.#rejected, ambiguous: [] };
  }

  /** What should be known of such a list, a line each. */
  notes(): string[] {
    if (this.#hashed !== undefined) {
      const { algorithm, rule } = this.#hashed;
      const same = `hashes are compared as ${algorithm} by the rule "${rule}": the partner has to say the same, or nothing matches`;
      return (PROFILE_NAMES as readonly string[]).includes(rule) ? [same, `warning: ${GUESSABLE}`] : [same];
    }
    const most = MIN_SHARE * Math.max(1, this.#sampled);
    if (this.#likeHashes >= most) {
      return [
        'warning: the cells look like hashes, and are compared as texts, so that another case or base64 is another value. Say at both ' +
          `parties how they were made: --column NAME=opaque:sha256:RULE. And where they were made without a key, ${GUESSABLE}`,
      ];
    }
    if (this.#likeIdentifiers < most) return [];
    return [
      'warning: the cells look like telephone numbers or e-mail addresses, and are compared as texts, so that another spelling is another ' +
        'value. --column NAME=phone or NAME=email, at both parties, reads them',
    ];
  }

  #look(text: string): void {
    if (this.#sampled >= SAMPLE) return;
    this.#sampled++;
    if (looksHashed(text)) this.#likeHashes++;
    if (/^\+\d{7,15}$/.test(text) || text.includes('@')) this.#likeIdentifiers++;
  }
}

const GUESSABLE =
  'hashes of telephone numbers and addresses by a rule without a key can be guessed: whoever has one finds the number by trying all of ' +
  'them, and a partner can ask for those of invented numbers as for the numbers. Treat the list and the result as the numbers themselves, ' +
  'and limit what a partner may ask (--policy)';
