/**
 * Flags that `mlflow models` has and that several commands share.
 * @module
 */
import type { Command } from 'commander';
import { notice } from './output.ts';

/** Flags about Python environments, which a natively scored model has no use for. */
const ENVIRONMENT_FLAGS: readonly (readonly [flag: string, name: string, help: string])[] = [
  ['--env-manager <name>', 'envManager', 'accepted; a native model needs no environment'],
  ['--no-conda', 'conda', 'accepted; a native model needs no environment'],
  ['--install-mlflow', 'installMlflow', 'accepted; a native model needs no environment'],
];

/** Adds them. */
export function addEnvironmentFlags(command: Command): Command {
  for (const [flag, , help] of ENVIRONMENT_FLAGS) command.option(flag, help);
  return command;
}

/** Says once which given flags have no meaning. `more` names further ones. */
export function noticeEnvironmentFlags(options: Readonly<Record<string, unknown>>, more: readonly (readonly [flag: string, name: string])[] = []): void {
  const given = [...ENVIRONMENT_FLAGS, ...more]
    .filter(([, name]) => (name === 'conda' ? options[name] === false : options[name] !== undefined && options[name] !== false))
    .map(([flag]) => flag.split(' ')[0]);
  if (given.length > 0) notice(`${given.join(', ')}: without effect, this model is scored natively and needs no Python environment`);
}
