// SPDX-License-Identifier: Apache-2.0
import { lowercase, type PhonePlatform } from './platform.js';

const keepPlainCharacters = (text: string): string => text.replace(/[^a-z0-9.@-]/g, '');

/**
 * Amazon Ads, known from third parties that quote it. An address in lower case, of which only letters, digits, `.`, `@` and
 * `-` are kept: a "+" is lost, so `a+b@` and `ab@` become one. A number as its digits with the country's; SHA-256 in
 * hexadecimal.
 */
export const amazon: PhonePlatform = {
  title: 'Amazon',
  source: 'third-party integrations that quote Amazon',
  email: [lowercase, keepPlainCharacters],
  phone: { format: 'digits' },
};
