// SPDX-License-Identifier: Apache-2.0
import { type EmailPlatform, lowercase } from './platform.js';

/**
 * LinkedIn. No page of its own says it: that addresses are put in lower case is known from third-party integrations only,
 * and for telephone numbers no rule is published. SHA-256 in hexadecimal.
 */
export const linkedin: EmailPlatform = {
  title: 'LinkedIn',
  source: 'third-party integrations',
  email: [lowercase],
  phone: undefined,
};
