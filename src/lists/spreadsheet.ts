// SPDX-License-Identifier: Apache-2.0
/**
 * CSV that a spreadsheet may open. A cell that it would take for a formula gets an apostrophe in front, as OWASP advises
 * (https://owasp.org/www-community/attacks/CSV_Injection), and is shown with it; whoever reads CSV here takes it off again.
 * A partner's list may hold such cells on purpose, and every telephone number in E.164 is one: `+14155550123` is read as a
 * sum, and loses its plus.
 */

/** How a list is written. */
export interface TableStyle {
  /** CSV alone: Parquet tells a text from a formula. */
  readonly spreadsheet?: boolean | undefined;
}

/**
 * OWASP's beginnings: = + - @, tab, carriage return, line feed, and the full-width forms; white space before them is no
 * protection, since some programs take it off. Cells that begin with apostrophes before them count, too: only so is what
 * was put there told from what was there.
 */
const FORMULA = /^'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/;

/** The cell as a text for a spreadsheet. */
export function guarded(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** The cell that `guarded` was given; another one as it is. */
export function unguarded(cell: string): string {
  // Nearly no cell begins so, and lists have millions of them.
  return cell.charCodeAt(0) === 0x27 && FORMULA.test(cell) ? cell.slice(1) : cell;
}
