// SPDX-License-Identifier: Apache-2.0
/** Contacts out of a file, with all that it takes to read numbers: no small part of the page, and loaded apart. */

import { type IdentifierSet, identifiersFromRows } from 'veilmatch/identifiers';
import { fillCountries } from './countries.js';
import { find } from './dom.js';
import type { Task } from './form.js';
import { Picker } from './picker.js';

/** What was read. */
export interface Contacts {
  readonly set: IdentifierSet;
  /** Cells that are neither numbers nor addresses. */
  readonly rejected: number;
  readonly people: {
    readonly names: readonly string[];
    /** The person of a row. */
    of(row: number): number;
  };
}

export class AddressBook {
  readonly #picker: Picker;
  readonly #country: HTMLSelectElement;

  /** @param changed is called when what was found is no longer true of the contacts */
  constructor({ form }: Pick<Task, 'form'>, changed: () => void) {
    this.#country = find(form, 'select[name=country]', HTMLSelectElement);
    fillCountries(this.#country);
    const place = find(form, '[data-picker=contacts]', HTMLElement);
    this.#picker = new Picker(place, 'Your contacts', this.#country, changed);
  }

  /** @throws {VeilmatchError} `argument` where no file was chosen, or no column */
  async read(): Promise<Contacts> {
    const { rows, cells } = this.#picker;
    const { set, rejected } = await identifiersFromRows(rows, { country: this.#country.value as 'US' });
    // A record may have made several rows.
    const records = rows.map((_, row) => cells(row));
    const people = [...new Set(records)];
    const numbers = new Map(people.map((record, i) => [record, i]));
    return {
      set,
      rejected: rejected.length,
      people: {
        names: people.map((record) => record.find((cell) => cell.trim() !== '') ?? '–'),
        of: (row) => numbers.get(records[row]!)!,
      },
    };
  }
}
