// SPDX-License-Identifier: Apache-2.0
import type { PhonePlatform } from './platform.js';
import { uid2 } from './uid2.js';

/**
 * The Trade Desk: as UID2, in its own client.
 * https://github.com/thetradedesk/ttd-data-python
 */
export const tradeDesk: PhonePlatform = {
  ...uid2,
  title: 'The Trade Desk',
  source: 'https://github.com/thetradedesk/ttd-data-python',
};
