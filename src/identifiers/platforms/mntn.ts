// SPDX-License-Identifier: Apache-2.0
import { type EmailPlatform, lowercase, removeWhitespace } from './platform.js';

/** An address with another character is refused there, so nothing is left of it here. */
const plainOrNothing = (text: string): string => (/[^a-z0-9@._-]/.test(text) ? '' : text);

/**
 * MNTN: lists of customers. An address without spaces and in lower case, of letters, digits, `@`, `.`, `-` and `_` alone: one
 * with a `+` it does not accept. It takes no telephone numbers. SHA-256 in hexadecimal.
 * https://intercom.help/mntn/en/articles/6511947-uploading-and-managing-your-crm-lists
 */
export const mntn: EmailPlatform = {
  title: 'MNTN',
  sources: [
    {
      kind: 'own',
      url: 'https://intercom.help/mntn/en/articles/6511947-uploading-and-managing-your-crm-lists',
      read: '2026-11-30',
      as: 'copy',
    },
  ],
  review: '2027-05-31',
  email: [removeWhitespace, lowercase, plainOrNothing],
  phone: undefined,
  upload: {
    sources: [
      {
        kind: 'own',
        url: 'https://intercom.help/mntn/en/articles/6511947-uploading-and-managing-your-crm-lists',
        read: '2026-11-30',
        as: 'copy',
        states: 'one column without a header; a thousand addresses at least',
      },
    ],
    files: [{ columns: [{ header: 'email', kind: 'email' }], header: false }],
  },
};
