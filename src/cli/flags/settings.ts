// SPDX-License-Identifier: Apache-2.0
/**
 * The options of a command as they stand in a file: called as the flags are, without dashes, and read by the options themselves,
 * so that a setting and a flag cannot come to differ.
 */

import { Command as Commander, CommanderError, type Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import { absoluteAddress, STDIN } from '../../lists/address.js';
import { pathName } from '../../path-name.js';
import { isSignedToken } from '../../transport/door/tokens.js';
import type { Command } from '../command.js';
import { isSecret } from '../secrets/secrets.js';
import type { Flags } from './choice.js';

/** What may stand behind a name: a value, several of a flag that is given several times, or true for one without a value. */
type Setting = string | number | boolean | readonly (string | number)[];

/** What a file says to a command. */
interface Given {
  /** In the order of the command. */
  readonly args: readonly string[];
  /** The options as they would be typed. */
  readonly words: readonly string[];
  /** The same by the names that commander has for them, beside the defaults of the others. */
  readonly options: Flags;
  /** The files and folders that it names, read or written, as the command is given them. */
  readonly places: readonly string[];
}

/** How what is wrong with a setting is said. */
interface Wording {
  wrong(name: string, why: string): VeilmatchError;
  /** Whose help says more. */
  readonly command: string;
}

/** What no file says: it names the file itself, or is seen to by whoever reads it. */
const NOT_IN_FILES: readonly string[] = ['config'];

export function settingNameOf({ long }: Option): string {
  return long!.replace(/^--(no-)?/, '');
}

/** Of `<file>` and `[file]`. */
export function argumentNameOf({ name }: { readonly name: string }): string {
  return name.replace(/[<>[\]]|\.{3}/g, '');
}

const isNeeded = ({ name }: { readonly name: string }): boolean => name.startsWith('<');

/** Options that a file may give, each name once. */
export function settableOptions({ options }: Pick<Command, 'options'>): Option[] {
  const found = new Map<string, Option>();
  for (const option of options) {
    const name = settingNameOf(option);
    if (!NOT_IN_FILES.includes(name) && !found.has(name)) found.set(name, option);
  }
  return [...found.values()];
}

/** Whether a flag can be given several times, which its help says to people, too. */
export function isRepeatable({ description }: Option): boolean {
  return /\brepeatable\b/.test(description);
}

/** What stands behind a flag, as its help calls it: `FILE` of `--key <FILE>`; undefined where nothing does. */
export function valueNameOf({ flags }: Option): string | undefined {
  return /[<[]([^<>[\]]+)[>\]]/.exec(flags)?.[1];
}

/** One setting, read by its option. @throws {VeilmatchError} as `wrong` makes it, never with the value */
export function readSetting(
  options: readonly Option[],
  name: string,
  value: Setting,
  { wrong, command }: Wording,
): Flags {
  const own = options.filter((option) => settingNameOf(option) === name);
  const takes = own.some(({ required }) => required);
  const words = [value]
    .flat()
    .map((one) => (takes ? [`--${name}=${one}`] : [`--${one ? '' : 'no-'}${name}`]));
  if (takes === (typeof value === 'boolean') || (value === false && !own.some(({ negate }) => negate))) {
    throw wrong(name, takes ? 'needs a value.' : 'must be true, or be left away.');
  }
  const silent = new Commander().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of own) silent.addOption(unneeded(option));
  try {
    silent.parse(words.flat(), { from: 'user' });
    return silent.opts();
  } catch (error) {
    if (error instanceof VeilmatchError) throw wrong(name, `is wrong: ${error.message}`);
    if (!(error instanceof CommanderError)) throw error;
    // In front of it stands the value.
    const [, why = `Its help says what may stand there: veilmatch ${command} --help`] =
      /' is invalid\. (.*)$/s.exec(error.message) ?? [];
    throw wrong(name, `is wrong. ${why}`);
  }
}

/** An option that may be missing where it is read alone. */
function unneeded(option: Option): Option {
  return Object.assign(Object.create(Object.getPrototypeOf(option)), option, { mandatory: false }) as Option;
}

/**
 * Arguments and options of a command from a file. Names of files are from the folder of that file.
 * @param folder of the file
 * @param complete whether what the command cannot do without has to be there
 * @throws {VeilmatchError} as `wrong` makes it
 */
export function readSettings(
  command: Command,
  settings: Readonly<Record<string, unknown>>,
  folder: string,
  complete: boolean,
  wrong: Wording['wrong'],
): Given {
  const options = settableOptions(command);
  const names = [...command.arguments.map(argumentNameOf), ...options.map(settingNameOf)];
  const unknown = Object.keys(settings).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw wrong(
      '',
      `may have ${names.join(', ')}, and nothing else. "${pathName(unknown)}" is none of them.`,
    );
  }
  const needed = [
    ...command.arguments.filter(isNeeded).map(argumentNameOf),
    ...options.filter((option) => option.mandatory).map(settingNameOf),
  ];
  const missing = complete ? needed.find((name) => settings[name] === undefined) : undefined;
  if (missing !== undefined) throw wrong(missing, `is missing: ${command.name} needs it.`);
  const places: string[] = [];
  const args = command.arguments.flatMap((argument) => {
    const name = argumentNameOf(argument);
    const value = settings[name];
    if (value === undefined) return [];
    if (typeof value !== 'string') throw wrong(name, 'must be a text.');
    if (!isPlaceArgument(argument)) return [value];
    const place = placed(value, folder, (why) => wrong(name, why));
    places.push(place);
    return [place];
  });
  const words = options.flatMap((option) => {
    const name = settingNameOf(option);
    if (settings[name] === undefined) return [];
    const value = settingOf(option, settings[name], folder, (why) => wrong(name, why));
    // Alone, so that what is wrong has a place.
    readSetting(command.options, name, value, { wrong, command: command.name });
    if (isPlaceOption(option)) places.push(...[value].flat().map(String));
    return wordsOf(option, value);
  });
  const silent = new Commander().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of command.options) silent.addOption(unneeded(option));
  try {
    silent.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw wrong('', `cannot be: ${error.message.replace(/^error: /, '')}.`);
  }
  return { args, words, options: silent.opts(), places };
}

/** A setting as a command line has it. */
function wordsOf(option: Option, value: Setting): string[] {
  const name = settingNameOf(option);
  return [value].flat().map((one) => {
    if (option.required) return `--${name}=${one}`;
    return `--${one ? '' : 'no-'}${name}`;
  });
}

/** A value as JSON has it. @throws what `wrong` makes */
function settingOf(
  option: Option,
  value: unknown,
  folder: string,
  wrong: (why: string) => VeilmatchError,
): Setting {
  const read = (one: unknown): string | number => {
    if (typeof one === 'number' && Number.isFinite(one)) return one;
    if (typeof one !== 'string')
      throw wrong('must be a text or a number, or where a flag is repeatable a list of them.');
    if (isSecret(one) || isSignedToken(one)) {
      throw wrong(
        'is a token or a key itself, which has no place in this file: name the file that holds it, and make a new one.',
      );
    }
    return isPlaceOption(option) ? placed(one, folder, wrong) : one;
  };
  if (typeof value === 'boolean') return value;
  if (!Array.isArray(value)) return read(value);
  if (!isRepeatable(option) || value.length === 0) throw wrong('takes one value, and no list of them.');
  return value.map(read);
}

/** Arguments that are no files. */
const NO_PLACES: readonly string[] = ['url', 'name', 'shell'];

export function isPlaceArgument(argument: { readonly name: string }): boolean {
  return !NO_PLACES.includes(argumentNameOf(argument));
}

/** Whether the value of an option names a file or a folder, by what its help calls it. */
export function isPlaceOption(option: Option): boolean {
  return /^(?:FILE|FOLDER|PLACE|FILE or URL)$/.test(valueNameOf(option) ?? '');
}

function placed(value: string, folder: string, wrong: (why: string) => VeilmatchError): string {
  try {
    // Addresses in the web are the same from everywhere.
    return value === STDIN ? value : absoluteAddress(value, folder);
  } catch (error) {
    if (!(error instanceof VeilmatchError)) throw error;
    throw wrong(`is wrong: ${error.message}`);
  }
}
