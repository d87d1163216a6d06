// SPDX-License-Identifier: Apache-2.0
export function nodeOfMajor(major: number): string;
export const DEFAULT_MAJOR: number;
