import type { Command } from 'commander';
import { usage } from './problem';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

interface Node {
  /** Empty for mtr itself. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly says: string }[];
}

/** A script for a shell that completes commands and options, made from the commands themselves. Pure. */
export function completionOf(program: Command, shell: string): string {
  const nodes = nodesOf(program);
  switch (shell) {
    case 'bash':
      return bash(nodes);
    case 'zsh':
      // zsh runs bash's completions; its own would say the same in another language.
      return `#compdef mtr\nautoload -U +X bashcompinit && bashcompinit\n${bash(nodes)}`;
    case 'fish':
      return fish(nodes);
    default:
      throw usage(`There is no completion for ${shell}; there is one for ${SHELLS.join(', ')}.`);
  }
}

function nodesOf(program: Command): readonly Node[] {
  const common = optionsOf(program);
  const visit = (command: Command, path: readonly string[]): readonly Node[] => [
    {
      path: path.join(' '),
      words: [
        ...command.commands.map((one) => ({ word: one.name(), says: one.description() })),
        ...optionsOf(command).filter(({ word }) => path.length === 0 || !common.some((one) => one.word === word)),
        ...(path.length === 0 ? [] : common),
      ],
    },
    ...command.commands.flatMap((one) => visit(one, [...path, one.name()])),
  ];
  return visit(program, []);
}

const optionsOf = ({ options }: Command): Node['words'] =>
  options.flatMap(({ long, description }) =>
    long === undefined || long === null ? [] : [{ word: long, says: description }],
  );

/** Of the words before the cursor those that are commands say where it is. */
function bash(nodes: readonly Node[]): string {
  const cases = nodes.map(({ path, words }) => `    '${path}') words='${words.map(({ word }) => word).join(' ')}' ;;`);
  const paths = nodes.map(({ path }) => `'${path}'`).filter((path) => path !== "''");
  return [
    '_mtr() {',
    "  local word path='' words=''",
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "${path:+$path }$word" in',
    `      ${paths.join(' | ')}) path="\${path:+$path }$word" ;;`,
    '    esac',
    '  done',
    '  case "$path" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _mtr mtr',
    '',
  ].join('\n');
}

function fish(nodes: readonly Node[]): string {
  const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const lines = nodes.flatMap(({ path, words }) => {
    const seen = path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
    const here = path === '' ? '__fish_use_subcommand' : seen.join('; and ');
    return words.map(({ word, says }) =>
      word.startsWith('--')
        ? `complete -c mtr -n ${quoted(here)} -l ${word.slice(2)} -d ${quoted(says)}`
        : `complete -c mtr -f -n ${quoted(here)} -a ${word} -d ${quoted(says)}`,
    );
  });
  return [...lines, ''].join('\n');
}
