// SPDX-License-Identifier: Apache-2.0
/** `veilmatch completion`: what a shell has to know to complete command lines of this tool. */

import { VeilmatchError } from '../../errors.js';
import { withOutputs } from '../../lists/output.js';
import type { Command } from '../command.js';
import { completionScript, SHELLS } from '../report/completion.js';

/** @param commands all of the tool, this one among them */
export const completionCommand = (commands: () => Promise<readonly Command[]>): Command => ({
  name: 'completion',
  summary: 'print the script by which bash, zsh or fish completes commands, flags and their values',
  arguments: [{ name: '<shell>', description: SHELLS.join(', '), choices: SHELLS }],
  options: [],
  help: `
Examples:
  eval "$(veilmatch completion bash)"                      # in ~/.bashrc
  veilmatch completion zsh > "\${fpath[1]}/_veilmatch"      # once; then start a new shell
  veilmatch completion fish > ~/.config/fish/completions/veilmatch.fish
`,
  async run([name], _options, io) {
    const shell = SHELLS.find((one) => one === name);
    if (shell === undefined) throw new VeilmatchError('argument', `Give one of ${SHELLS.join(', ')}.`);
    const script = completionScript(shell, await commands());
    await withOutputs([undefined], [], io, (output) => output.write(script));
    return 0;
  },
});
