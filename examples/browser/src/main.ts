// SPDX-License-Identifier: Apache-2.0
/** The page that nothing leaves. */

import { setUpAudit } from './audit.js';
import { setUpComparison } from './comparison.js';
import { find } from './dom.js';
import { setUpReversal } from './reversal.js';
import { setUpTabs } from './tabs.js';

setUpReversal();
setUpAudit();
setUpComparison();
setUpTabs();

const threads = navigator.hardwareConcurrency;
const memory = globalThis.crossOriginIsolated
  ? 'They share memory, since this page is isolated from other origins.'
  : 'Each has a copy of the hashes: the server does not isolate this page from other origins.';
find(document, '[data-platform]', HTMLElement).textContent =
  `This browser offers ${threads} ${threads === 1 ? 'thread' : 'threads'} to the workers. ${memory}`;
