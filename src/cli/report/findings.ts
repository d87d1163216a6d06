// SPDX-License-Identifier: Apache-2.0
/** What `veilmatch doctor` has found, one line for each thing that it looked at. */

/** `wrong` would stop a run; a `note` would not, and is worth knowing. */
type State = 'ok' | 'note' | 'wrong';

export interface Finding {
  /** `clock`, or the name of a file. */
  readonly what: string;
  readonly state: State;
  /** What is there, and what to do about it. */
  readonly says: string;
}

export const finding = (what: string, state: State, says: string): Finding => ({ what, state, says });

export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== 'wrong');
}

export function findingsJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ well: isWell(findings), findings }, null, 2)}\n`;
}

export function findingsText(findings: readonly Finding[]): string {
  const width = Math.min(28, Math.max(...findings.map(({ what }) => what.length)));
  const lines = findings.map(({ what, state, says }) => `${state.padEnd(5)}  ${what.padEnd(width)}  ${says}`);
  const wrong = findings.filter(({ state }) => state === 'wrong').length;
  const end = wrong === 0 ? 'Nothing here would stop a run.' : `${wrong} of these would stop a run.`;
  return `${lines.join('\n')}\n${end}\n`;
}
