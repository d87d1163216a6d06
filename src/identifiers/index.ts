// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/identifiers`: telephone numbers and e-mail addresses as people write them, in the one spelling that a
 * match needs; and the tokens that the advertising platforms make of them.
 *
 * [Normalisation profiles](../../docs/normalisation-profiles.md) has the rules side by side.
 *
 * **What this leaks:** normalised identifiers and platform tokens alike are personal data. Nothing here hides them.
 *
 * @module veilmatch/identifiers
 */

export { normalizeEmail } from './email.js';
export type { DateOrder, UploadField } from './fields/field.js';
export { type HashedRows, type HashRowsOptions, hashRows, type RowToken } from './hash-rows.js';
export { canonicalBytes, IDENTIFIER_FORMAT, type Identifier, type IdentifierKind } from './identifier.js';
export { normalizePhone, type PhoneOptions } from './phone.js';
export type { AmbiguityCode } from './phone-readings.js';
export type { CriteoOptions } from './platforms/criteo.js';
export type { GoogleOptions } from './platforms/google.js';
export type { LinkedinOptions } from './platforms/linkedin.js';
export type { LiverampOptions } from './platforms/liveramp.js';
export type { PlatformSource } from './platforms/source.js';
export type { UploadKind } from './platforms/upload.js';
export type { XOptions } from './platforms/x.js';
export {
  type EmailProfile,
  type FieldOptions,
  type PlatformProfile,
  type PlatformToken,
  type ProfileName,
  type ProfileOptions,
  type Profiles,
  profiles,
} from './profiles.js';
export type { AmbiguousRow, Field, RejectedRow, Row, RowColumns, UploadRejection, UploadRow } from './row.js';
export { type IdentifiersFromRows, identifiersFromRows, type RowsOptions } from './rows.js';
export { IdentifierSet, type SetInput } from './set.js';
export { type UploadedFile, type UploadedRows, type UploadOptions, uploadRows } from './upload-rows.js';
