// SPDX-License-Identifier: Apache-2.0
/** Scripts by which shells complete command lines, made of the same data as the help. */

import type { Option } from 'commander';
import type { Command } from '../command.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** Of an option, what a shell has to know. */
interface CompletedOption {
  readonly long: string;
  readonly short: string | undefined;
  readonly help: string;
  /** What stands behind it. */
  readonly takes: 'nothing' | 'words' | 'files' | 'something';
  readonly words: readonly string[];
}

interface Completed {
  /** `psi request` */
  readonly name: string;
  readonly help: string;
  readonly options: readonly CompletedOption[];
  /** Words that stand in the first place, where it is one of few. */
  readonly words: readonly string[];
}

export function completionScript(shell: Shell, commands: readonly Command[]): string {
  const completed = commands.map(completedOf);
  return { bash, zsh, fish }[shell](completed);
}

const HELP: CompletedOption = {
  ...{ long: '--help', short: '-h', help: 'print this help', takes: 'nothing', words: [] },
};

function completedOf({ name, summary, options, arguments: args }: Command): Completed {
  const words = args.flatMap(({ choices = [] }) => choices);
  return { name, help: summary, options: [...options.map(optionOf), HELP], words };
}

function optionOf({ long, short, description, required, argChoices, flags }: Option): CompletedOption {
  const takes = !required
    ? 'nothing'
    : argChoices !== undefined
      ? 'words'
      : /<(?:FILE|FOLDER|PLACE|FILE or URL)>/.test(flags)
        ? 'files'
        : 'something';
  return { long: long!, short, help: shortened(description), takes, words: argChoices ?? [] };
}

/** Characters of a description: shells show one line. */
const WIDTH = 72;

function shortened(description: string): string {
  const [first = ''] = description.split(/[;(]| such as /);
  const text = first.trim();
  if (text.length <= WIDTH) return text;
  const cut = text.slice(0, WIDTH - 3);
  return `${cut.slice(0, Math.max(0, cut.lastIndexOf(' ')))}...`;
}

/** Groups, and what may stand behind each. */
function groupsOf(commands: readonly Completed[]): Map<string, Completed[]> {
  const groups = new Map<string, Completed[]>();
  for (const command of commands) {
    const [group, own] = command.name.split(' ') as [string, string?];
    if (own !== undefined) groups.set(group, [...(groups.get(group) ?? []), command]);
  }
  return groups;
}

const lastOf = (name: string): string => name.slice(name.indexOf(' ') + 1);
const firstWords = (commands: readonly Completed[]): string[] => [
  ...new Set(commands.map(({ name }) => name.split(' ')[0]!)),
];

/** Text in single quotes, of a shell of Bourne's. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function bash(commands: readonly Completed[]): string {
  const groups = groupsOf(commands);
  const cases = commands.map(({ name, options, words }) => {
    const values = options.filter(({ takes }) => takes !== 'nothing');
    const names = (option: CompletedOption): string =>
      [option.short, option.long].filter((one) => one !== undefined).join('|');
    const lines = values.map((option) => {
      if (option.takes === 'words')
        return `        ${names(option)}) words=${quoted(option.words.join(' '))} ;;`;
      return `        ${names(option)}) ${option.takes === 'files' ? 'files=1' : 'nothing=1'} ;;`;
    });
    const flags = options.map(({ long }) => long).join(' ');
    const others = words.length > 0 ? `words=${quoted(words.join(' '))}` : 'files=1';
    return [
      `    ${quoted(name)})`,
      '      case $previous in',
      ...lines,
      `        *) if [[ $current == -* ]]; then words=${quoted(flags)}; else ${others}; fi ;;`,
      '      esac ;;',
    ].join('\n');
  });
  const groupCases = [...groups].map(
    ([group, of]) => `    ${group}) words=${quoted(of.map(({ name }) => lastOf(name)).join(' '))} ;;`,
  );
  return `# Completion of veilmatch for bash: eval "$(veilmatch completion bash)"
_veilmatch() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command=\${COMP_WORDS[1]} words='' files='' nothing=''
  # bash makes three words of --flag=value.
  if [[ $current == '=' ]]; then current=''; fi
  if [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  case $command in
    ${[...groups.keys()].join('|')}) if (( COMP_CWORD > 2 )); then command="$command \${COMP_WORDS[2]}"; fi ;;
  esac
  if (( COMP_CWORD < 2 )); then command=''; fi
  case $command in
    '') words=${quoted([...firstWords(commands), 'help', '--help', '--version'].join(' '))} ;;
${groupCases.join('\n')}
${cases.join('\n')}
  esac
  COMPREPLY=()
  if [[ -n $nothing ]]; then compopt +o default 2>/dev/null; return; fi
  # Where nothing is put here, bash completes names of files.
  if [[ -n $files ]]; then return; fi
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _veilmatch veilmatch
`;
}

function zsh(commands: readonly Completed[]): string {
  const escaped = (text: string): string => text.replace(/[\\[\]:]/g, (sign) => `\\${sign}`);
  const spec = ({ long, short, help, takes, words }: CompletedOption): string => {
    const value = {
      nothing: '',
      words: `:value:(${words.join(' ')})`,
      files: ':file:_files',
      something: ':value:',
    }[takes];
    const both = (name: string): string =>
      `*${name}${takes !== 'nothing' && name === long ? '=' : ''}[${escaped(help)}]${value}`;
    return [long, short].flatMap((name) => (name === undefined ? [] : quoted(both(name)))).join(' ');
  };
  const functionOf = (name: string): string => `_veilmatch_${name.replaceAll(' ', '_')}`;
  const bodies = commands.map(({ name, options, words }) => {
    const others = words.length > 0 ? `'1:value:(${words.join(' ')})'` : "'*:file:_files'";
    return `${functionOf(name)}() {\n  _arguments -s -S \\\n    ${options.map(spec).join(' \\\n    ')} \\\n    ${others}\n}\n`;
  });
  const groups = groupsOf(commands);
  const described = (names: readonly { readonly name: string; readonly help: string }[]): string =>
    names.map(({ name, help }) => quoted(`${name}:${escaped(help)}`)).join(' ');
  const tops = firstWords(commands).map((name) => ({
    name,
    help: commands.find((command) => command.name === name)?.help ?? `${name} commands`,
  }));
  const groupBodies = [...groups].map(
    ([group, of]) => `${functionOf(group)}() {
  if (( CURRENT == 2 )); then
    local -a commands=(${described(of.map(({ name, help }) => ({ name: lastOf(name), help })))})
    _describe command commands
  else
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
${of.map(({ name }) => `      ${lastOf(name)}) ${functionOf(name)} ;;`).join('\n')}
    esac
  fi
}
`,
  );
  return `#compdef veilmatch
# Completion of veilmatch for zsh: veilmatch completion zsh > "\${fpath[1]}/_veilmatch"
${bodies.join('')}${groupBodies.join('')}_veilmatch() {
  if (( CURRENT == 2 )); then
    local -a commands=(${described(tops)})
    _describe command commands
  else
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
${tops.map(({ name }) => `      ${name}) ${functionOf(name)} ;;`).join('\n')}
    esac
  fi
}
if [ "$funcstack[1]" = "_veilmatch" ]; then _veilmatch "$@"; else compdef _veilmatch veilmatch; fi
`;
}

function fish(commands: readonly Completed[]): string {
  // In single quotes fish knows two escapes.
  const text = (value: string): string => `'${value.replace(/[\\']/g, (sign) => `\\${sign}`)}'`;
  const groups = groupsOf(commands);
  const tops = firstWords(commands).map((name) => {
    const help = commands.find((command) => command.name === name)?.help ?? `${name} commands`;
    return `complete -c veilmatch -n '__veilmatch_at' -f -a ${name} -d ${text(help)}`;
  });
  const inGroups = [...groups].flatMap(([group, of]) =>
    of.map(
      ({ name, help }) =>
        `complete -c veilmatch -n '__veilmatch_at ${group}' -f -a ${lastOf(name)} -d ${text(help)}`,
    ),
  );
  const options = commands.flatMap(({ name, options: its, words }) => {
    const at = `complete -c veilmatch -n '__veilmatch_in ${name}'`;
    return [
      ...(words.length > 0 ? [`${at} -f -a ${text(words.join(' '))}`] : []),
      ...its.map(({ long, short, help, takes, words: values }) => {
        const names = `-l ${long.slice(2)}${short === undefined ? '' : ` -s ${short.slice(1)}`}`;
        const value = {
          nothing: '',
          words: ` -x -a ${text(values.join(' '))}`,
          files: ' -r -F',
          something: ' -x',
        }[takes];
        return `${at} ${names}${value} -d ${text(help)}`;
      }),
    ];
  });
  return `# Completion of veilmatch for fish: veilmatch completion fish > ~/.config/fish/completions/veilmatch.fish
function __veilmatch_words
  commandline -xpc 2>/dev/null; or commandline -opc
end
# Whether exactly these words stand before the one that is typed.
function __veilmatch_at
  set -l words (__veilmatch_words)
  test "$words[2..-1]" = "$argv"
end
# Whether these words come first.
function __veilmatch_in
  set -l words (__veilmatch_words)
  test (count $words) -gt (count $argv); and test "$words[2..(math 1 + (count $argv))]" = "$argv"
end
${[...tops, ...inGroups, ...options].join('\n')}
`;
}
