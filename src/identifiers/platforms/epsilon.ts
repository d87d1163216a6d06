// SPDX-License-Identifier: Apache-2.0
import { type EmailPlatform, lowercase, trim } from './platform.js';

/**
 * Epsilon. No page of its own says it; integrations trim an address and put it in lower case, SHA-256 in hexadecimal. They
 * send numbers as they were written, which is no rule.
 */
export const epsilon: EmailPlatform = {
  title: 'Epsilon',
  sources: [
    {
      kind: 'third-party',
      url: 'https://github.com/segmentio/action-destinations/blob/970a17ee8d064501db7ae555f4d90f17befadfc0/packages/destination-actions/src/destinations/epsilon/sendEvent/index.ts',
      read: '2026-11-29',
    },
  ],
  review: '2027-02-28',
  email: [trim, lowercase],
  phone: undefined,
};
