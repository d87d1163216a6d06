// SPDX-License-Identifier: Apache-2.0
export function buf(argv: readonly string[]): string;
export function buildSchema(): void;
