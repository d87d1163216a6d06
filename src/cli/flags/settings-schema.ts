// SPDX-License-Identifier: Apache-2.0
/** JSON schemas (draft 2020-12) of what `readSettings` reads, made from the commands, so that they say what the flags are. */

import type { Option } from 'commander';
import type { Command } from '../command.js';
import { argumentNameOf, isRepeatable, settableOptions, settingNameOf, valueNameOf } from './settings.js';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** A part of a schema. */
type Schema = Readonly<Record<string, unknown>>;

/** Of `serve --config FILE`. */
export function configSchema(command: Command): Schema {
  return {
    $schema: DRAFT,
    title: `Configuration of veilmatch ${command.name}`,
    description: `The arguments of veilmatch ${command.name}: its flags without their dashes. Secrets are names of files, and files are named from the folder of this one.`,
    ...settingsSchema(command, false, { $schema: { type: 'string' } }),
  };
}

/** Of `veilmatch run FILE`. */
export function jobSchema(commands: readonly Command[]): Schema {
  return {
    $schema: DRAFT,
    title: 'A job of veilmatch run',
    description:
      'A command and its arguments: its flags without their dashes. Secrets are names of files, and files are named from the folder of this one.',
    type: 'object',
    required: ['command'],
    properties: {
      $schema: { type: 'string' },
      command: { description: 'What veilmatch --help lists.', enum: commands.map(({ name }) => name) },
      arguments: { type: 'object' },
    },
    additionalProperties: false,
    oneOf: commands.map((command) => ({
      ...(needsSomething(command) ? { required: ['arguments'] } : {}),
      properties: { command: { const: command.name }, arguments: { $ref: `#/$defs/${keyOf(command)}` } },
    })),
    $defs: Object.fromEntries(
      commands.map((command) => [
        keyOf(command),
        { description: command.summary, ...settingsSchema(command, true, {}) },
      ]),
    ),
  };
}

const keyOf = ({ name }: Command): string => name.replaceAll(' ', '-');

function requiredOf(command: Command): string[] {
  return [
    ...command.arguments.filter(({ name }) => name.startsWith('<')).map(argumentNameOf),
    ...settableOptions(command)
      .filter(({ mandatory }) => mandatory)
      .map(settingNameOf),
  ];
}

const needsSomething = (command: Command): boolean => requiredOf(command).length > 0;

function settingsSchema(command: Command, complete: boolean, more: Readonly<Record<string, Schema>>): Schema {
  const required = complete ? requiredOf(command) : [];
  return {
    type: 'object',
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
    properties: {
      ...more,
      ...Object.fromEntries(
        command.arguments.map((argument) => [
          argumentNameOf(argument),
          { description: argument.description, type: 'string' },
        ]),
      ),
      ...Object.fromEntries(
        settableOptions(command).map((option) => [settingNameOf(option), optionSchema(command, option)]),
      ),
    },
  };
}

function optionSchema(command: Command, option: Option): Schema {
  const { description } = option;
  if (!option.required) {
    const hasOpposite = command.options.some(
      ({ negate, long }) => negate && long === `--no-${settingNameOf(option)}`,
    );
    return { description, ...(hasOpposite ? { type: 'boolean' } : { const: true }) };
  }
  const one = valueSchema(option);
  if (!isRepeatable(option)) return { description, ...one };
  return { description, anyOf: [one, { type: 'array', minItems: 1, items: one }] };
}

/** What stands behind a flag, by what its help calls it: the flag itself knows more, and refuses what does not fit. */
function valueSchema(option: Option): Schema {
  if (option.argChoices !== undefined) return { enum: option.argChoices };
  switch (valueNameOf(option)) {
    case 'N':
    case 'PORT':
      return { type: 'integer', minimum: 0 };
    case 'NUMBER':
      return { type: 'number' };
    default:
      return { type: 'string' };
  }
}
