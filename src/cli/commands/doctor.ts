// SPDX-License-Identifier: Apache-2.0
/** `veilmatch doctor`: whether a run would work here, before there is one. */

import { Option } from 'commander';
import { withOutputs } from '../../lists/output.js';
import type { Command } from '../command.js';
import { findingsJson, findingsText, isWell } from '../report/findings.js';
import { fileFindings } from './doctor-files.js';
import { machineFindings, thisMachine } from './doctor-machine.js';

/** @param commands that a job can name */
export const doctorCommand = (commands: readonly Command[]): Command => ({
  name: 'doctor',
  summary: 'say whether a run would work here: runtime, kernel, memory, clock, certificates, rights of files',
  arguments: [
    {
      name: '[files...]',
      description:
        'jobs, configurations, certificates, keys, tokens, partners, policies: what each is, is found out; a job brings the files that it names',
    },
  ],
  options: [new Option('--json', 'write one JSON document instead of the text')],
  help: `
Each line is ok, note (worth knowing, and no run ends of it) or wrong (a run would end of it, and what to do). Nothing is sent,
nothing is written, and nothing of what is in a file is repeated but the dates of certificates and the names of partners.

Exit status: 0 where nothing is wrong, 1 where something is.

Examples:
  veilmatch doctor
  veilmatch doctor weekly.json --json
  veilmatch doctor server.pem server.key partners.json policy.json
`,
  async run(files, options, io) {
    const machine = thisMachine();
    const findings = [
      ...(await machineFindings(machine)),
      ...(await fileFindings(files, { commands, io, now: machine.now })),
    ];
    const text = options.json ? findingsJson(findings) : findingsText(findings);
    await withOutputs([undefined], [], io, (output) => output.write(text));
    return isWell(findings) ? 0 : 1;
  },
});
