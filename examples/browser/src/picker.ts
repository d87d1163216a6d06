// SPDX-License-Identifier: Apache-2.0
/** Where a list is chosen or dropped. */

import { VeilmatchError } from 'veilmatch/errors';
import type { Row } from 'veilmatch/identifiers';
import type { Columns, PlacedRow } from 'veilmatch/lists';
import { readCards, readTable, suggestColumns, type TextTable, tableRows } from 'veilmatch/tables';
import { create, find } from './dom.js';
import { messageOf, plural } from './text.js';

/** What a kind is chosen by that has none. */
const NO_COLUMN = '-1';

type List = Pick<TextTable, 'records'>;

/** Cards have their columns by what they are; of other lists they are found out. */
interface Read {
  readonly list: List;
  readonly header?: true;
}

async function readText(text: string): Promise<Read> {
  if (!/^\s*BEGIN:VCARD\s/i.test(text)) return { list: readTable(text) };
  return { list: await readCards(text), header: true };
}

function emptyPicker(title: string): HTMLElement {
  const file = create('input', { type: 'file', accept: '.csv,.tsv,.txt,.vcf,text/csv,text/vcard' });
  const column = (text: string, name: string): HTMLElement =>
    create('label', {}, text, create('select', { name }));
  return create(
    'fieldset',
    { class: 'picker' },
    create('legend', {}, title),
    create(
      'div',
      { class: 'drop' },
      create('label', {}, 'CSV file or vCard ', file),
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
  readonly #changed: () => void;
  #read: Read | undefined;
  /** Of the table, as it is read where nothing is chosen. */
  #suggested: Columns | undefined;

  /** @param changed is called when what was found with the list, if anything, is no longer true of it */
  constructor(place: HTMLElement, title: string, country: HTMLSelectElement, changed: () => void = () => {}) {
    this.#root = emptyPicker(title);
    this.#title = title;
    this.#country = country;
    this.#changed = changed;
    place.replaceWith(this.#root);
    this.#file = find(this.#root, 'input', HTMLInputElement);
    this.#file.addEventListener('change', () => void this.#take(this.#file.files?.[0]));
    for (const name of ['phoneColumn', 'emailColumn']) this.#choice(name).addEventListener('change', changed);
    country.addEventListener('change', () => {
      this.#chooseColumns();
      changed();
    });
    this.#acceptDrops(find(this.#root, '.drop', HTMLElement));
  }

  /** Whether a list was chosen. */
  get filled(): boolean {
    return this.#read !== undefined;
  }

  /** @throws {VeilmatchError} `argument` where none was chosen */
  get rows(): Row[] {
    return this.#placed().map(({ row }) => row);
  }

  /** Finds the records of rows, as they stand in the list. */
  get cells(): (row: number) => readonly string[] {
    const placed = this.#placed();
    const records = new Map(this.#read?.list.records.map(({ line, fields }) => [line, fields]));
    return (row) => records.get(placed[row]?.line ?? 0) ?? [];
  }

  async load(text: string, name: string): Promise<void> {
    this.#changed();
    this.#read = undefined;
    this.#suggested = undefined;
    try {
      this.#read = await readText(text);
      this.#chooseColumns();
      this.#say(`${name}: ${this.#described()}`);
    } catch (error) {
      this.#say(messageOf(error));
    }
    find(this.#root, '.columns', HTMLElement).hidden = !this.filled;
  }

  async #take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
      await this.load(text, file.name);
    } catch {
      this.#say('This is no text in UTF-8. Save it as CSV in UTF-8.');
    }
  }

  /** As its columns are chosen. */
  #placed(): readonly PlacedRow[] {
    const [read, suggested] = [this.#read, this.#suggested];
    if (read === undefined || suggested === undefined)
      throw new VeilmatchError('argument', `${this.#title}: choose a file first.`);
    const columns = (name: string): number[] => {
      const { value } = this.#choice(name);
      return value === NO_COLUMN ? [] : [Number(value)];
    };
    const [phone, email] = [columns('phoneColumn'), columns('emailColumn')];
    if (phone.length + email.length === 0)
      throw new VeilmatchError('argument', `${this.#title}: say which column holds what.`);
    return tableRows(read.list, { ...suggested, phone, email });
  }

  /** What the file holds: 40 rows, 2 columns. */
  #described(): string {
    const records = this.#read?.list.records ?? [];
    const damaged = records.filter(({ damage }) => damage !== undefined).length;
    const rows = records.length - (this.#suggested?.header === undefined ? 0 : 1);
    const size = `${plural(rows, 'row', 'rows')}, ${plural(this.#width, 'column', 'columns')}.`;
    return damaged === 0 ? size : `${size} ${plural(damaged, 'row', 'rows')} cannot be read.`;
  }

  get #width(): number {
    return Math.max(...(this.#read?.list.records ?? []).map(({ fields }) => fields.length));
  }

  #chooseColumns(): void {
    if (this.#read === undefined) return;
    const { list, header } = this.#read;
    const { columns, names } = suggestColumns(list, { country: this.#country.value, header });
    this.#suggested = columns;
    for (const [name, column = -1] of [
      ['phoneColumn', columns.phone[0]],
      ['emailColumn', columns.email[0]],
    ] as const) {
      this.#choice(name).replaceChildren(
        new Option('no column', NO_COLUMN),
        ...names.map(
          (title, i) => new Option(title ?? `column ${i + 1}`, `${i}`, i === column, i === column),
        ),
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
