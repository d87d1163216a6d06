// SPDX-License-Identifier: Apache-2.0
import type { PhonePlatform } from './platform.js';
import { uid2 } from './uid2.js';

/**
 * European Unified ID: by the words of its own page the same rule as UID2's, e-mail addresses and telephone numbers.
 * https://euid.eu/docs/getting-started/gs-normalization-encoding
 */
export const euid: PhonePlatform = {
  ...uid2,
  title: 'European Unified ID',
  sources: [
    {
      kind: 'own',
      url: 'https://euid.eu/docs/getting-started/gs-normalization-encoding',
      read: '2026-11-30',
    },
  ],
};
