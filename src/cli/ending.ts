// SPDX-License-Identifier: Apache-2.0
/** What an error means for whoever called the tool: a line on standard error, and an exit status. */

import { CommanderError } from 'commander';
import { type ErrorCode, VeilmatchError } from '../errors.js';
import type { Io } from '../lists/io.js';
import { ReaderGone } from '../lists/output.js';
import type { ExitStatus } from './command.js';

const USAGE = 2;
const FAILURE = 3;
/** What shells report for a program that Ctrl-C ended: 128 + SIGINT. */
const INTERRUPTED = 130;

/** Errors that another command line puts right; all others are of input, output or the peer. */
const USAGE_CODES: readonly ErrorCode[] = ['argument'];

interface Ending {
  readonly status: ExitStatus;
  /** Where there is one. */
  readonly code?: ErrorCode;
  readonly message?: string;
}

/** Says on standard error what went wrong. */
export function endingOf(error: unknown, io: Io): Ending {
  if (error instanceof ReaderGone) return { status: 0 };
  if (io.signal?.aborted || isInterrupt(error)) return { status: INTERRUPTED, code: 'aborted' };
  // Commander has said what is wrong; help and version end with its status 0.
  if (error instanceof CommanderError) return { status: error.exitCode === 0 ? 0 : USAGE };
  if (error instanceof VeilmatchError) {
    const { code, message } = error;
    io.stderr.write(`error: ${message}\n`);
    return { status: USAGE_CODES.includes(code) ? USAGE : FAILURE, code, message };
  }
  // The message of a foreign error may quote what it stumbled over.
  const name = error instanceof Error ? error.name : typeof error;
  const message = `something unforeseen went wrong (${name}). Please report it, without your list.`;
  io.stderr.write(`error: ${message}\n`);
  return { status: FAILURE, message };
}

/** Ctrl-C where the terminal passes it on as a key. */
function isInterrupt(error: unknown): boolean {
  return error instanceof VeilmatchError && error.code === 'aborted';
}
