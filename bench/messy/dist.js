// SPDX-License-Identifier: Apache-2.0
/** Modules of the built package that have no public name, for their parts to be measured. */

/** @param {string} path @returns {Promise<any>} */
export const fromDist = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
