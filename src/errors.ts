// SPDX-License-Identifier: Apache-2.0
/**
 * The one error class of the package. Its message says what is wrong, where, and what to do about it; it never
 * holds an identifier, a token or a key, so it can be logged.
 *
 * @module veilmatch/errors
 */

/** What can be wrong with one identifier of one row. Rejected rows carry these codes, without the value. */
export type IdentifierErrorCode =
  /** Nothing but white space, or no identifier in the row. */
  | 'empty'
  /** Text that no telephone number can be read from. */
  | 'not-a-number'
  /** A national number, and no country was given to read it in. */
  | 'no-country'
  /** Fewer digits than any number of that country has. */
  | 'too-short'
  /**
   * More digits than any number of that country has, or more than 250 characters; for an e-mail address, more octets than
   * RFC 5321 allows, or more than 2,048 characters around it.
   */
  | 'too-long'
  /**
   * A country code that nobody has, a length between the possible ones, first digits that no number of the country has, a
   * range that is not assigned (only under `assigned`), or a number that a platform does not take. Of what uploads take
   * besides: a text that is none, such as a date that no calendar has.
   */
  | 'not-valid'
  /** A number that a spreadsheet has turned into a float or into scientific notation. */
  | 'spreadsheet-damage'
  /** What people write for want of an identifier: `0000000000`, `none@none.com`. It would make strangers one person. */
  | 'placeholder'
  /** Several identifiers where one can be taken, or of which some cannot be read. */
  | 'several'
  /** A text that can be read in two ways, and nothing says which is meant. */
  | 'ambiguous'
  /** Text that is not an e-mail address. */
  | 'not-an-email'
  /** An e-mail address whose domain has no valid ASCII form. */
  | 'bad-domain'
  /** A record of a list whose cells cannot be told apart: quotes that do not fit together, more cells than there are columns. */
  | 'bad-record'
  /** The platform takes no identifier of this kind, or does not publish how it treats it. */
  | 'not-supported';

/** What went wrong, as one of these words: `switch` over it. */
export type ErrorCode =
  | IdentifierErrorCode
  /** An argument or option that no input could make right. */
  | 'argument'
  /** The caller's `AbortSignal` fired. */
  | 'aborted'
  /** The platform lacks something that was asked for explicitly. */
  | 'unsupported'
  /** Two lists that can never match: plain strings against identifiers, hex against base64, other kinds. */
  | 'incompatible-lists'
  /** A group element that is no canonical encoding (RFC 9496, section 4.3.1). */
  | 'bad-element'
  /** The identity element where it is not allowed. */
  | 'identity-element'
  /** A scalar that is zero or not reduced. */
  | 'bad-scalar'
  /** A proof that does not show what was claimed: other elements, another key, another run. */
  | 'bad-proof'
  /** A message that does not follow the protocol's layout. */
  | 'bad-message'
  /** A message of the right form at the wrong time. */
  | 'unexpected-message'
  /** The two parties run different versions, suites or modes. */
  | 'incompatible-peer'
  /** More elements than this party or its peer allows, or other than were declared. */
  | 'wrong-size'
  /** Values that add up to 2^40 or more, which a sum over the group cannot be read back from. */
  | 'overflow'
  /** An element or tag that appears twice where each must be distinct. */
  | 'repeated-element'
  /** A published set that is not the pinned one, or not signed by the pinned key. */
  | 'wrong-pin'
  /** The sender's policy on sizes and budgets does not allow the run; or a key or salt is older than it may be. */
  | 'refused'
  /** The two parties did not see the same messages. */
  | 'transcript-mismatch'
  /** The peer does not let this party in: no valid token or certificate, or too much at once. */
  | 'denied'
  /** The connection could not be made, or ended before the run did. */
  | 'disconnected'
  /** A run to be resumed that the peer does not have: complete, failed, expired, or begun with another peer. */
  | 'unknown-run'
  /** The peer was silent for too long, or the run took too long. */
  | 'timeout'
  /** A worker stopped or threw. */
  | 'worker-failed'
  /** A file or stream that cannot be read or written. */
  | 'io'
  /** A file that is not the format it should be. */
  | 'bad-file';

/** Where it went wrong. */
export interface ErrorDetails {
  /** Zero-based index of the row, element or message in the caller's input. */
  readonly position?: number;
  /** Which part of the row: `phone` or `email`. */
  readonly field?: string;
  /** Byte offset in a message or file. */
  readonly offset?: number;
  /** The error that led to this one. It may come from the platform, and is not for logs. */
  readonly cause?: unknown;
}

/** The error class of the package. */
export class VeilmatchError extends Error {
  /** Tells it apart where two copies of the package meet. */
  override readonly name = 'VeilmatchError';
  /** What went wrong. */
  readonly code: ErrorCode;
  /** Zero-based index of the row, element or message in the caller's input. */
  readonly position: number | undefined;
  /** Which part of the row: `phone` or `email`. */
  readonly field: string | undefined;
  /** Byte offset in a message or file. */
  readonly offset: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.position = details.position;
    this.field = details.field;
    this.offset = details.offset;
  }
}
