// SPDX-License-Identifier: Apache-2.0
/** Its path. */
export const CHROMIUM: string | undefined;
/** Without a window, and without anything that reaches out by itself. */
export const CHROMIUM_OPTIONS: readonly string[];
