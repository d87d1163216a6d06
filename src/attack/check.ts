// SPDX-License-Identifier: Apache-2.0
/** One candidate at a time: write the message, hash it, look for the digest. */

import { parsePhoneNumber } from 'libphonenumber-js/max';
import { fromUtf8 } from '../bytes.js';
import { bulkDigest, type HashingScheme, hasherFor } from '../hashing/scheme.js';
import { accidentNamed, messageOf } from './accidents.js';
import { type NumberFormat, templateOf } from './format.js';
import type { TargetTable } from './targets.js';

/** Digits of an E.164 number at most. */
const MOST_DIGITS = 15;

/** @returns the index of the target that a number in E.164 (ASCII) is, or -1; undefined if it does not fit the format */
export type Check = (number: Uint8Array) => number | undefined;

/**
 * @param callingCode - of all candidates, where they have one in common
 * @param accident - that has changed the text
 */
export function createCheck(
  targets: TargetTable,
  scheme: HashingScheme,
  format: NumberFormat,
  callingCode?: string,
  accident?: string,
): Check {
  const digestInto = bulkDigest(scheme);
  const digest = new Uint8Array(hasherFor(scheme).digestBytes);
  const codeDigits = callingCode === undefined ? callingCodeDigits : (): number => callingCode.length;
  const asMeant = messageWriter(format, codeDigits);
  const write = accident === undefined ? asMeant : changedWriter(accident, asMeant, codeDigits);
  return (number) => {
    const message = write(number);
    if (message === undefined) return undefined;
    digestInto(message, digest);
    return targets.indexOf(digest);
  };
}

function callingCodeDigits(number: Uint8Array): number {
  return parsePhoneNumber(fromUtf8(number)).countryCallingCode.length;
}

type Writer = (number: Uint8Array) => Uint8Array | undefined;

const ASCII_ZERO = 48;

function changedWriter(name: string, asMeant: Writer, codeDigits: (number: Uint8Array) => number): Writer {
  const accident = accidentNamed(name);
  if (accident.dropsZero === undefined) {
    return (number) => {
      const message = asMeant(number);
      return message && messageOf(accident, fromUtf8(message));
    };
  }
  return (number) => {
    const national = 1 + codeDigits(number);
    if (number[national] !== ASCII_ZERO) return undefined;
    const shorter = number.slice(0, -1);
    shorter.set(number.subarray(national + 1), national);
    return asMeant(shorter);
  };
}

function messageWriter(format: NumberFormat, codeDigits: (number: Uint8Array) => number): Writer {
  if (format === 'e164') return (number) => number;
  if (format === 'digits') return (number) => number.subarray(1);
  const templates = Array.from({ length: MOST_DIGITS + 1 }, (_, digits) => templateOf(format, '', digits));
  return (number) => {
    const national = number.subarray(1 + codeDigits(number));
    const template = templates[national.length];
    if (template === undefined) return undefined;
    for (let i = 0; i < national.length; i++) template.bytes[template.digits[i]!] = national[i]!;
    return template.bytes;
  };
}
