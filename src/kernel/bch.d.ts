// SPDX-License-Identifier: Apache-2.0
export const LENGTH: number;
export const MESSAGE: number;
export const DISTANCE: number;
export const generator: readonly number[];
export const checkRows: readonly (readonly number[])[];
export const GROUPS: readonly number[];
export function evaluate(p: readonly number[], i: number): number;
export function encode(message: readonly number[]): number[];
export function selectors(): number[];
export function codeTable(): string;
