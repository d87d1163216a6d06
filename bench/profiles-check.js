// SPDX-License-Identifier: Apache-2.0
/**
 * Which platforms' rules are to be read again: their sources state the day on which they were read, the platforms the day by
 * which to look again. Exits with status 1 when something is due.
 */

import { pathToFileURL } from 'node:url';
import { profiles } from 'veilmatch/identifiers';

/** @typedef {Pick<import('veilmatch/identifiers').PlatformProfile, 'title' | 'sources' | 'review'>} Reviewed */

/**
 * @param {Readonly<Record<string, Reviewed>>} platforms
 * @param {string} today - as YYYY-MM-DD
 * @returns {[name: string, platform: Reviewed][]} those that are due on that day, the longest overdue first
 */
export function due(platforms, today) {
  return Object.entries(platforms)
    .filter(([, { review }]) => review <= today)
    .sort(([, a], [, b]) => (a.review < b.review ? -1 : a.review > b.review ? 1 : 0));
}

/**
 * @param {Readonly<Record<string, Reviewed>>} platforms
 * @param {string} today - as YYYY-MM-DD
 * @returns {string} what is due and where to read, or what will be next
 */
export function reviewReport(platforms, today) {
  const waiting = due(platforms, today);
  if (waiting.length === 0) {
    const next = due(platforms, '9999-12-31')[0];
    return next === undefined
      ? 'There are no platforms.'
      : `Nothing is due. Next: ${next[0]}, ${next[1].review}.`;
  }
  return waiting
    .map(([name, { title, review, sources }]) =>
      [
        `${name} (${title}): due since ${review}`,
        ...sources.map(({ kind, url, read, as, states }) => {
          const what = states === undefined ? '' : ` (${states})`;
          const how = as === undefined ? '' : ` as ${as === 'copy' ? 'a copy' : 'an excerpt'}`;
          return `  ${kind === 'own' ? 'its own' : 'third party'}, read ${read}${how}${what}: ${url}`;
        }),
      ].join('\n'),
    )
    .join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const today = new Date().toISOString().slice(0, 10);
  console.log(reviewReport(profiles, today));
  process.exitCode = due(profiles, today).length > 0 ? 1 : 0;
}
