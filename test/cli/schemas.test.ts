// SPDX-License-Identifier: Apache-2.0
/** The published schemas of jobs and configurations: they are what the flags are, and what is read. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { configSchema, jobSchema } from '../../src/cli/flags/settings-schema.js';
import { jobCommands } from '../../src/cli/registry.js';
import { registry } from '../../src/compare/registry.js';

const docs = (name: string): string => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const commands = await jobCommands(async () => registry);
const serve = commands.find(({ name }) => name === 'serve')!;
const written = (schema: object): string => `${JSON.stringify(schema, null, 1)}\n`;

interface Published {
  readonly $defs: Readonly<Record<string, { readonly properties: Readonly<Record<string, object>> }>>;
}

it('are published as they are made of the commands: npm run schemas writes them anew', async () => {
  await expect(written(jobSchema(commands))).toMatchFileSnapshot(docs('job.schema.json'));
  await expect(written(configSchema(serve))).toMatchFileSnapshot(docs('serve.schema.json'));
});

it.each(commands)(
  'know every flag and argument of $name, and nothing else',
  ({ name, options, arguments: args }) => {
    const { $defs }: Published = JSON.parse(readFileSync(docs('job.schema.json'), 'utf8'));
    const flags = options
      .map(({ long }) => long!.replace(/^--(no-)?/, ''))
      .filter((flag) => flag !== 'config');
    const names = [...args.map((argument) => argument.name.replace(/[<>[\]]/g, '')), ...new Set(flags)];
    // One name means one thing.
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys($defs[name.replace(' ', '-')]!.properties)).toEqual(names);
  },
);

it('say that a flag can be repeated where it can', () => {
  // What such a flag is read by has what it was before as a second parameter.
  const collecting = commands
    .flatMap(({ options }) => options)
    .filter(({ parseArg }) => /^\w*\s*\w*\(\w+,\s*before\b/.test(`${parseArg}`));
  expect(collecting.length).toBeGreaterThan(3);
  for (const { long, description } of collecting) expect(description, long).toMatch(/\brepeatable\b/);
});

describe('jobs', () => {
  const validate: ValidateFunction = new Ajv2020({ strict: false }).compile(jobSchema(commands));
  const connect = { url: 'wss://partner.example', file: 'ours.csv' };

  it.each([
    { command: 'connect', arguments: { ...connect, country: 'US', 'token-file': 'a.token', strict: true } },
    { command: 'connect', arguments: { ...connect, column: ['a=phone', 'b=email'], header: false } },
    { command: 'connect', arguments: { ...connect, column: 'phone', 'idle-seconds': 5 } },
    { command: 'budget', arguments: { country: 'US' } },
    { command: 'token' },
    {
      $schema: 'job.schema.json',
      command: 'psi finish',
      arguments: { file: 'response.vm', state: 'state' },
    },
  ])('are admitted: %j', (job) => {
    expect(validate(job), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    {},
    { command: 'frobnicate' },
    { command: 'connect' },
    { command: 'connect', arguments: { url: 'wss://partner.example' } },
    { command: 'connect', arguments: { ...connect, token: 'secret' } },
    { command: 'connect', arguments: { ...connect, strict: false } },
    { command: 'connect', arguments: { ...connect, role: 'server' } },
    { command: 'connect', arguments: { ...connect, 'idle-seconds': 'long' } },
    { command: 'connect', arguments: { ...connect, country: ['US', 'DE'] } },
    { command: 'budget', arguments: {} },
    { command: 'token', more: 1 },
  ])('are refused: %j', (job) => {
    expect(validate(job)).toBe(false);
  });
});
