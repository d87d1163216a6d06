// SPDX-License-Identifier: Apache-2.0
/** All that is fuzzed. */

import type { FuzzTarget } from '../support/target.js';
import { exchange } from './exchange.js';
import { frames } from './frames.js';
import { emails, phones, rows } from './identifiers.js';
import { lists, parquet } from './lists.js';
import { machines } from './machines.js';
import { channel, handshake, messages } from './messages.js';
import { ot } from './ot.js';
import { dictionaries, plans } from './plans.js';
import { filters, publishedSets } from './published.js';
import { cursors, policies, sealed } from './stored.js';
import { credentials, tokens } from './tokens.js';

export const targets: readonly FuzzTarget[] = [
  frames,
  machines,
  ot,
  messages,
  handshake,
  channel,
  exchange,
  publishedSets,
  filters,
  credentials,
  policies,
  sealed,
  lists,
  parquet,
  phones,
  emails,
  rows,
  tokens,
  cursors,
  plans,
  dictionaries,
];
