// SPDX-License-Identifier: Apache-2.0
/** Files that a platform's upload page or API takes, as data: columns, their names and order, how many of a kind, and limits. */

import type { FieldRule, UploadField } from '../fields/field.js';
import type { PlatformSource } from './source.js';

/** What a column of a customer list can hold. */
export type UploadKind = 'phone' | 'email' | UploadField;

export interface UploadColumn {
  /** Its name in the file. */
  readonly header: string;
  /** What stands in it. Without a kind it stays empty: the platform's template has it, and lists here do not. */
  readonly kind?: UploadKind;
  /** How many columns of this name there may be, for a person with several of the kind; one unless given. */
  readonly most?: number;
  /** In place of the platform's rule for the field, where the file wants a part of it. */
  readonly rule?: FieldRule;
}

export interface UploadFile {
  /** Goes into the file's name, of a platform that takes a file for each kind. */
  readonly name?: string;
  readonly columns: readonly UploadColumn[];
  /** There is none: the first line is a person. */
  readonly header?: false;
  /** All columns stand, filled or not. Otherwise those alone whose kind the list has. */
  readonly fixed?: true;
  /** Kinds that match only together: where one of them is missing, the others stay empty. */
  readonly together?: readonly UploadKind[];
  /** How many rows a file may have, without its header; any number unless given. */
  readonly rows?: number;
}

/** The file, or the files, that a platform takes. */
export interface Upload {
  /** Where the platform says so, or who else does. */
  readonly sources: readonly [PlatformSource, ...PlatformSource[]];
  /** Several where each holds one kind alone; a list with one of the kinds makes one file. */
  readonly files: readonly [UploadFile, ...UploadFile[]];
}
