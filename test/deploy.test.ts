// SPDX-License-Identifier: Apache-2.0
/** What stands in Dockerfile and deploy/: that it is what it says, as far as that is seen without a builder, and that it runs. */

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jobCommands } from '../src/cli/registry.js';
import { registry } from '../src/compare/registry.js';
import { cli, temporary } from './cli/harness.js';
import { serveHere } from './cli/server.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const json = (path: string): Record<string, unknown> => JSON.parse(text(path));
const commands = await jobCommands(async () => registry);
const has = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;

/** `FROM`, `RUN` and the others with their words, lines that go on put together. */
function instructionsOf(dockerfile: string): { name: string; rest: string }[] {
  return dockerfile
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter(Boolean)
    .map((line) => ({ name: line.split(' ', 1)[0]!, rest: line.slice(line.indexOf(' ') + 1).trim() }));
}

describe('Dockerfile', () => {
  const all = instructionsOf(text('Dockerfile'));
  const last = all.slice(all.map(({ name }) => name).lastIndexOf('FROM'));
  const one = (name: string): string => {
    const found = last.filter((instruction) => instruction.name === name);
    expect(found, name).toHaveLength(1);
    return found[0]!.rest;
  };

  it('has instructions that there are', () => {
    const known = [
      'ARG',
      'FROM',
      'WORKDIR',
      'COPY',
      'RUN',
      'ENV',
      'VOLUME',
      'USER',
      'HEALTHCHECK',
      'ENTRYPOINT',
      'CMD',
    ];
    expect(all.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('begins with one base, of a version with all its numbers, that this package runs on', () => {
    const [, version] = /^BASE=node:(\d+\.\d+\.\d+)-\w+-slim$/.exec(all[0]!.rest) ?? [];
    expect(version).toBeDefined();
    const [least] = /\d+/.exec((json('package.json').engines as { node: string }).node)!;
    expect(Number.parseInt(version!, 10)).toBeGreaterThanOrEqual(Number(least));
    for (const { rest } of all.filter(({ name }) => name === 'FROM')) expect(rest).toMatch(/^\$\{BASE\}/);
  });

  it('runs the program as nobody of importance, and nothing of what built it', () => {
    expect(one('USER')).toBe('node');
    expect(last.map(({ name }) => name).lastIndexOf('RUN')).toBeLessThan(
      last.findIndex(({ name }) => name === 'USER'),
    );
    expect(JSON.parse(one('ENTRYPOINT'))).toEqual(['node', '/app/dist/cli/main.js']);
    for (const { rest } of last.filter(({ name }) => name === 'COPY'))
      expect(rest).toMatch(/^--from=(?:build|packages) /);
  });

  it('asks /healthz whether it is well, by a program that runs', () => {
    const [, command] = /CMD (\[.*\])$/.exec(one('HEALTHCHECK')) ?? [];
    const [node, flag, program] = JSON.parse(command!) as string[];
    expect([node, flag]).toEqual(['node', '-e']);
    expect(program).toContain('/healthz');
    // Nobody listens there.
    const { status } = spawnSync(process.execPath, ['-e', program!], { env: { METRICS_PORT: '1' } });
    expect(status).toBe(1);
  });

  it('copies what is there', () => {
    const sources = all
      .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) expect(existsSync(join(root, source)), source).toBe(true);
  });
});

describe('compose.yaml', () => {
  interface Service {
    readonly image: string;
    readonly user?: string;
    readonly read_only?: boolean;
    readonly command?: readonly string[];
    readonly volumes?: readonly string[];
    readonly networks: readonly string[];
    readonly secrets?: readonly string[];
    readonly cap_drop?: readonly string[];
  }
  const compose = parse(text('deploy/compose.yaml'), { merge: true }) as {
    services: Record<string, Service>;
    networks: Record<string, unknown>;
    volumes: Record<string, unknown>;
    secrets: Record<string, { file: string }>;
  };
  const { services } = compose;
  const ours = ['hotel', 'airline'].map((name) => services[name]!);

  it('has two parties and a ledger that is seen by one of them alone', () => {
    expect(Object.keys(services)).toEqual(['ledger', 'hotel', 'airline']);
    expect(services.ledger!.networks).toEqual(['hotel-only']);
    expect(services.airline!.networks).not.toContain('hotel-only');
    expect(services.ledger!.image).toMatch(/^postgres:\d+\.\d+-alpine$/);
    for (const { networks } of Object.values(services))
      for (const network of networks) expect(Object.keys(compose.networks)).toContain(network);
    for (const { secrets = [] } of Object.values(services))
      for (const secret of secrets) expect(Object.keys(compose.secrets)).toContain(secret);
  });

  it('gives its programs no root, no rights and nothing to write on', () => {
    for (const service of ours) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
      expect(service.user).toMatch(/^\$\{UID:-[1-9]\d*\}/);
      for (const volume of service.volumes!) expect(volume).toMatch(/:ro$/);
    }
  });

  it('runs commands that there are, with files that are there or that make-secrets.sh makes', () => {
    const made = text('deploy/make-secrets.sh');
    for (const { command, volumes } of ours) {
      expect(['serve', 'run']).toContain(command![0]);
      const flags = commands.find(({ name }) => name === 'serve')!.options.map(({ long }) => long);
      for (const flag of command!.filter((word) => word.startsWith('--'))) expect(flags).toContain(flag);
      for (const volume of volumes!) {
        const path = volume.split(':')[0]!.replace('./', '');
        const name = path
          .split('/')
          .at(-1)!
          .replace(/\.(?:pem|key)$/, '');
        if (path.startsWith('secrets/')) expect(made).toContain(name);
        else expect(existsSync(join(root, 'deploy', path)), path).toBe(true);
      }
    }
  });
});

describe('deploy', () => {
  it.each([
    ['deploy/hotel/serve.json', 'docs/serve.schema.json'],
    ['deploy/airline/job.json', 'docs/job.schema.json'],
    ['deploy/hotel/partners.json', 'docs/partners.schema.json'],
  ])('%s is what %s says', (path, schema) => {
    const validate = new Ajv2020({ strict: false }).compile(json(schema));
    expect(validate(json(path)), JSON.stringify(validate.errors)).toBe(true);
    expect(join(root, dirname(path), json(path).$schema as string)).toBe(join(root, schema));
  });

  it.runIf(has('bash', '-c', 'openssl version'))('has two parties that find what they share', async () => {
    const folder = dirname(temporary('x'));
    const secrets = join(folder, 'secrets');
    execFileSync('bash', [join(root, 'deploy/make-secrets.sh'), secrets]);
    for (const party of ['hotel', 'airline']) {
      cpSync(join(root, 'deploy', party), join(folder, party), { recursive: true });
      for (const name of readdirSync(join(folder, party)).filter((one) => one.endsWith('.json'))) {
        const path = join(folder, party, name);
        writeFileSync(path, readFileSync(path, 'utf8').replaceAll('/run/secrets', secrets));
      }
    }
    const config = join(folder, 'hotel/serve.json');
    expect((await cli(['doctor', config, join(folder, 'airline/job.json')])).stdout).not.toMatch(/^wrong/m);
    const here = ['--ledger', join(folder, 'ledger.json'), '--metrics', '0'];
    const server = await serveHere(['--config', config, ...here]);
    const job = join(folder, 'airline/job.json');
    const asked = readFileSync(job, 'utf8').replace('wss://hotel:8443', `wss://localhost:${server.port}`);
    writeFileSync(job, asked.replace('/tmp/ledger.json', join(folder, 'airline-ledger.json')));
    const { status, stdout, stderr } = await cli(['run', job]);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ command: 'connect', status: 0, result: { shared: 3 } });
    expect(await server.stop()).toBe(0);
    expect(server.events()).toContainEqual(expect.objectContaining({ event: 'complete', peer: 'airline' }));
  });
});

describe('systemd units', () => {
  const folder = join(root, 'deploy/systemd');
  const units = readdirSync(folder);

  it.each(units.filter((name) => name.endsWith('.service')))(
    '%s runs commands and flags that there are',
    (name) => {
      const lines = [...text(`deploy/systemd/${name}`).matchAll(/^Exec\w+=.*\bveilmatch (\w+) (.*)$/gm)];
      expect(lines.length).toBeGreaterThan(0);
      for (const [, word, rest] of lines) {
        const command = commands.find((one) => one.name === word);
        if (command === undefined) expect(['run', 'doctor']).toContain(word);
        const flags = command?.options.map(({ long }) => long) ?? ['--output', '--quiet'];
        for (const flag of rest!.match(/--[\w-]+/g) ?? []) expect(flags).toContain(flag);
      }
    },
  );

  it.each(units.filter((name) => name.endsWith('.service')))('%s keeps its program from all else', (name) => {
    const unit = text(`deploy/systemd/${name}`);
    for (const line of [
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'ProtectHome=yes',
      'CapabilityBoundingSet=',
      'LimitCORE=0',
    ])
      expect(unit.split('\n')).toContain(line);
    // The same for all: one state folder cannot be of a user that comes and goes, and of another one.
    expect(unit).toMatch(/^User=veilmatch$/m);
    expect(unit).not.toMatch(/^DynamicUser=/m);
  });

  it.runIf(has('systemd-analyze', '--version'))('are units, by the word of systemd', () => {
    const place = dirname(temporary('x'));
    const copied = units.map((name) => {
      const path = join(place, name.replace('@.', '@weekly.'));
      writeFileSync(path, text(`deploy/systemd/${name}`));
      return path;
    });
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', ...copied], {
      encoding: 'utf8',
    });
    expect([status, stderr.split('\n').filter((line) => line.includes(place))]).toEqual([0, []]);
  });
});
