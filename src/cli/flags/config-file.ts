// SPDX-License-Identifier: Apache-2.0
/** `--config FILE`: the flags of a command from a file. What is typed goes before what stands there. */

import { dirname } from 'node:path';
import { type Command as Commander, Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import { placeName } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import type { Command } from '../command.js';
import type { Flags } from './choice.js';
import { readJson } from './json-file.js';
import { readSettings } from './settings.js';

/** Larger than any configuration, and than all paths in it. */
export const MAX_CONFIG_BYTES = 1_048_576;

export function configOption(): Option {
  return new Option(
    '--config <FILE>',
    'flags of this command from a JSON file, without their dashes, and the list under "file"; what is typed goes before it',
  );
}

/**
 * What a command is given, by the file of `--config` as well, where it has that flag.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function withConfig(
  command: Command,
  typed: Commander,
  io: Io,
): Promise<{ readonly args: readonly string[]; readonly options: Flags }> {
  const { config, ...options } = typed.opts<{ readonly config?: string }>();
  const given = { args: typed.args, options };
  // Other commands have a flag of that name only by chance.
  if (config === undefined || !command.options.some(({ long }) => long === '--config')) return given;
  const settings = await readConfig(config, io);
  const file = readSettings(command, settings, dirname(config), false, wrongIn(config));
  const own = Object.entries(options).filter(([name]) => typed.getOptionValueSource(name) !== 'default');
  return {
    args: given.args.length > 0 ? given.args : file.args,
    options: { ...file.options, ...Object.fromEntries(own) },
  };
}

/** @throws {VeilmatchError} `io`, `bad-file` */
async function readConfig(path: string, io: Io): Promise<Readonly<Record<string, unknown>>> {
  const more = 'docs/running-as-a-service.md shows a configuration.';
  const value = await readJson(path, io, MAX_CONFIG_BYTES, 'a configuration', more);
  return withoutSchema(objectIn(value, '', wrongIn(path)));
}

/** What editors know the form by means nothing here. */
export function withoutSchema({
  $schema: _,
  ...settings
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return settings;
}

/** @throws {VeilmatchError} as `wrong` makes it */
export function objectIn(
  value: unknown,
  name: string,
  wrong: ReturnType<typeof wrongIn>,
): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw wrong(name, 'must be an object in braces.');
}

/** What is wrong with a setting in a file: the place, and never the value. */
export function wrongIn(path: string, within = ''): (name: string, why: string) => VeilmatchError {
  return (name, why) => {
    const place = [within, name].filter((part) => part !== '').join('.');
    return new VeilmatchError('bad-file', `${placeName(path)}${place === '' ? '' : `: ${place}`} ${why}`);
  };
}
