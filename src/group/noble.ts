// SPDX-License-Identifier: Apache-2.0
/** noble's backend for those who take it without choosing. What is chosen is loaded without this, and checked where all are. */

import { checked } from './checked.js';
import type { GroupBackend } from './group.js';
import { uncheckedNoble } from './unchecked-noble.js';

export const nobleBackend: GroupBackend = /* @__PURE__ */ checked(uncheckedNoble);
