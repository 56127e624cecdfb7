/**
 * The command line: which file holds which command. A command's file is imported only when it is asked for.
 * @module
 */
import { Command } from 'commander';

/** What a command's file exports. */
export interface CommandFile {
  /** Adds the command to its parent. */
  register(parent: Command): void;
}

interface Entry {
  /** Words before the options: `models serve`. */
  readonly words: readonly string[];
  load(): Promise<CommandFile>;
}

const ENTRIES: readonly Entry[] = [
  { words: ['serve'], load: async () => (await import('./commands/serve.ts')).short },
  { words: ['predict'], load: async () => (await import('./commands/predict.ts')).short },
  { words: ['inspect'], load: () => import('./commands/inspect.ts') },
  { words: ['verify'], load: () => import('./commands/verify.ts') },
  { words: ['types'], load: () => import('./commands/types.ts') },
  { words: ['models', 'serve'], load: async () => (await import('./commands/serve.ts')).full },
  { words: ['models', 'predict'], load: async () => (await import('./commands/predict.ts')).full },
];

const GROUPS: Readonly<Record<string, string>> = { models: 'deploy MLflow models, with the flags of `mlflow models`' };

const EXAMPLES = `
Examples:
  $ mlmodel models serve -m ./wine-quality -p 5000
  $ mlmodel serve ./wine-quality
  $ mlmodel predict ./wine-quality rows.csv
  $ mlmodel inspect ./wine-quality
  $ mlmodel verify ./wine-quality requests.jsonl`;

/** The program with the command that `args` names, or with all of them. */
export async function buildProgram(args: readonly string[], version: string): Promise<Command> {
  const program = new Command('mlmodel')
    .description('Read, score and serve MLflow models without Python.')
    .version(version, '-V, --version')
    .helpOption('--help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    .exitOverride();
  const exact = ENTRIES.filter(({ words }) => words.every((word, i) => args[i] === word));
  const named = exact.length > 0 ? exact : ENTRIES.filter(({ words }) => words.length > 1 && words[0] === args[0]);
  const groups = new Map<string, Command>();
  for (const { words, load } of named.length > 0 ? named : ENTRIES) {
    const file = await load(), [group] = words;
    file.register(words.length === 1 || group === undefined ? program : groupOf(program, group, groups));
  }
  return program;
}

function groupOf(program: Command, name: string, groups: Map<string, Command>): Command {
  let group = groups.get(name);
  if (group === undefined) {
    group = program.command(name).description(GROUPS[name] ?? '');
    groups.set(name, group);
  }
  return group;
}
