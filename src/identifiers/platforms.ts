// SPDX-License-Identifier: Apache-2.0
/**
 * The advertising platforms, a line each: the one list of their names. Whoever wants them all imports it as a whole
 * (`import * as platforms`), so names, profiles, the choices of the command line and the table of the documents follow.
 */

export { amazon } from './platforms/amazon.js';
export { google } from './platforms/google.js';
export { googleAdsCustomerMatch } from './platforms/google-ads-customer-match.js';
export { linkedin } from './platforms/linkedin.js';
export { liveramp } from './platforms/liveramp.js';
export { meta } from './platforms/meta.js';
export { microsoft } from './platforms/microsoft.js';
export { pinterest } from './platforms/pinterest.js';
export { snap } from './platforms/snap.js';
export { tiktok } from './platforms/tiktok.js';
export { tradeDesk } from './platforms/trade-desk.js';
export { uid2 } from './platforms/uid2.js';
export { x } from './platforms/x.js';
