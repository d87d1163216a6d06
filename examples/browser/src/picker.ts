// SPDX-License-Identifier: Apache-2.0
/** Where a list is chosen or dropped. */

import { VeilmatchError } from 'veilmatch';
import type { Row } from 'veilmatch/identifiers';
import { create, find } from './dom.js';
import { guessColumns, readTable, rowsOf, type Table } from './table.js';
import { messageOf, plural } from './text.js';

function emptyPicker(title: string): HTMLElement {
  const file = create('input', { type: 'file', accept: '.csv,.tsv,.txt,text/csv' });
  const column = (text: string, name: string): HTMLElement =>
    create('label', {}, text, create('select', { name }));
  return create(
    'fieldset',
    { class: 'picker' },
    create('legend', {}, title),
    create(
      'div',
      { class: 'drop' },
      create('label', {}, 'CSV file ', file),
      create('p', { class: 'hint' }, 'or drop it here'),
    ),
    create('p', { class: 'summary', role: 'status' }),
    create(
      'div',
      { class: 'columns', hidden: '' },
      column('Telephone numbers in', 'phoneColumn'),
      column('E-mail addresses in', 'emailColumn'),
    ),
  );
}

export class Picker {
  readonly #root: HTMLElement;
  readonly #title: string;
  readonly #country: HTMLSelectElement;
  readonly #file: HTMLInputElement;
  #table: Table | undefined;

  constructor(place: HTMLElement, title: string, country: HTMLSelectElement) {
    this.#root = emptyPicker(title);
    this.#title = title;
    this.#country = country;
    place.replaceWith(this.#root);
    this.#file = find(this.#root, 'input', HTMLInputElement);
    this.#file.addEventListener('change', () => void this.#take(this.#file.files?.[0]));
    country.addEventListener('change', () => this.#chooseColumns());
    this.#acceptDrops(find(this.#root, '.drop', HTMLElement));
  }

  /** Whether a list was chosen. */
  get filled(): boolean {
    return this.#table !== undefined;
  }

  /** @throws {VeilmatchError} `argument` where none was chosen */
  get rows(): Row[] {
    const table = this.#table;
    if (table === undefined) throw new VeilmatchError('argument', `${this.#title}: choose a file first.`);
    const column = (name: string): number => Number(this.#choice(name).value);
    const columns = { phone: column('phoneColumn'), email: column('emailColumn') };
    if (columns.phone < 0 && columns.email < 0)
      throw new VeilmatchError('argument', `${this.#title}: say which column holds what.`);
    return rowsOf(table, columns);
  }

  /** The row as it stands in the list. */
  cells(row: number): readonly string[] {
    return this.#table?.rows[row] ?? [];
  }

  load(text: string, name: string): void {
    try {
      this.#table = readTable(text);
      const { rows, width } = this.#table;
      this.#say(`${name}: ${plural(rows.length, 'row', 'rows')}, ${plural(width, 'column', 'columns')}.`);
      this.#chooseColumns();
    } catch (error) {
      this.#table = undefined;
      this.#say(messageOf(error));
    }
    find(this.#root, '.columns', HTMLElement).hidden = !this.filled;
  }

  async #take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
      this.load(text, file.name);
    } catch {
      this.#say('This is no text in UTF-8. Save it as CSV in UTF-8.');
    }
  }

  #chooseColumns(): void {
    const table = this.#table;
    if (table === undefined) return;
    const guess = guessColumns(table, this.#country.value);
    for (const [name, column] of [
      ['phoneColumn', guess.phone],
      ['emailColumn', guess.email],
    ] as const) {
      const titles = Array.from({ length: table.width }, (_, i) => table.header?.[i] ?? `column ${i + 1}`);
      this.#choice(name).replaceChildren(
        new Option('no column', '-1'),
        ...titles.map((title, i) => new Option(title, `${i}`, i === column, i === column)),
      );
    }
  }

  #choice(name: string): HTMLSelectElement {
    return find(this.#root, `select[name=${name}]`, HTMLSelectElement);
  }

  #say(text: string): void {
    find(this.#root, '.summary', HTMLElement).textContent = text;
  }

  #acceptDrops(area: HTMLElement): void {
    const over = (event: DragEvent, inside: boolean): void => {
      event.preventDefault();
      area.classList.toggle('over', inside);
    };
    area.addEventListener('dragover', (event) => over(event, true));
    area.addEventListener('dragleave', (event) => over(event, false));
    area.addEventListener('drop', (event) => {
      over(event, false);
      void this.#take(event.dataTransfer?.files[0]);
    });
  }
}
