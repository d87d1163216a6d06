// SPDX-License-Identifier: Apache-2.0
/** The epochs that a server answers, as the private part of its directory says at the moment: read anew when it has been changed. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServedSet } from '../contact/index.js';
import { type HiddenPlace, liveEpochs, readState, STATE_FILE } from './directory.js';
import type { DirectoryState } from './state.js';

/** A directory that is served, while others change it. */
export class ServedDirectory {
  readonly #place: HiddenPlace;
  readonly #onChange: (error?: unknown) => void;
  #state: DirectoryState;
  #seen: string;

  private constructor(
    place: HiddenPlace,
    state: DirectoryState,
    seen: string,
    onChange: (error?: unknown) => void,
  ) {
    this.#place = place;
    this.#state = state;
    this.#seen = seen;
    this.#onChange = onChange;
  }

  /**
   * @param onChange told of what was taken up, or of the error that kept it from being
   * @throws {VeilmatchError} `io`, `bad-file`
   */
  static async open(place: HiddenPlace, onChange: (error?: unknown) => void): Promise<ServedDirectory> {
    // Looked at first: a change between the two is found again.
    const seen = await lookAt(place);
    return new ServedDirectory(place, await readState(place), seen, onChange);
  }

  /** As it was read last. */
  get state(): DirectoryState {
    return this.#state;
  }

  /** What is answered from now on. A run that has begun keeps what it was given. */
  async served(now: number = Date.now()): Promise<ServedSet[]> {
    const seen = await lookAt(this.#place);
    if (seen !== this.#seen) {
      this.#seen = seen;
      try {
        this.#state = await readState(this.#place);
        this.#onChange();
      } catch (error) {
        // The old state is answered as long as there is no other that can be read.
        this.#onChange(error);
      }
    }
    const { setId } = this.#state;
    return liveEpochs(this.#state, now).map(({ epoch, secretKey, size }) => ({
      setId,
      epoch,
      secretKey,
      size,
    }));
  }
}

/** Something else whenever another file has taken the place of the old one. */
async function lookAt({ hidden }: HiddenPlace): Promise<string> {
  const found = await stat(join(hidden, STATE_FILE), { bigint: true }).catch(() => undefined);
  return found === undefined ? '' : `${found.ino} ${found.mtimeNs} ${found.size}`;
}
