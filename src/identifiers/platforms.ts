// SPDX-License-Identifier: Apache-2.0
/**
 * The advertising platforms, a line each: the one list of their names. Whoever wants them all imports it as a whole
 * (`import * as platforms`), so names, profiles, the choices of the command line and the table of the documents follow.
 */

export { amazon } from './platforms/amazon.js';
export { criteo } from './platforms/criteo.js';
export { epsilon } from './platforms/epsilon.js';
export { euid } from './platforms/euid.js';
export { google } from './platforms/google.js';
export { googleAdsCustomerMatch } from './platforms/google-ads-customer-match.js';
export { id5 } from './platforms/id5.js';
export { linkedin } from './platforms/linkedin.js';
export { liveramp } from './platforms/liveramp.js';
export { meta } from './platforms/meta.js';
export { microsoft } from './platforms/microsoft.js';
export { microsoftCustomerMatch } from './platforms/microsoft-customer-match.js';
export { mntn } from './platforms/mntn.js';
export { nextdoor } from './platforms/nextdoor.js';
export { pinterest } from './platforms/pinterest.js';
export { reddit } from './platforms/reddit.js';
export { rokt } from './platforms/rokt.js';
export { snap } from './platforms/snap.js';
export { taboola } from './platforms/taboola.js';
export { tiktok } from './platforms/tiktok.js';
export { tradeDesk } from './platforms/trade-desk.js';
export { uid2 } from './platforms/uid2.js';
export { x } from './platforms/x.js';
export { yahoo } from './platforms/yahoo.js';
