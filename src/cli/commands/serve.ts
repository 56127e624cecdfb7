/**
 * `mlmodel models serve` and `mlmodel serve`.
 * @module
 */
import { type Command, InvalidArgumentError } from 'commander';
import { readServeOptions, serveOptions } from '../../serve/options.ts';
import { loadProgress } from '../load-progress.ts';
import { addEnvironmentFlags, noticeEnvironmentFlags } from '../model-flags.ts';
import { notice } from '../output.ts';
import type { CommandFile } from '../program.ts';

const EXAMPLES = (command: string): string => `
Examples:
  $ mlmodel ${command} -p 5001
  $ mlmodel ${command} -h 0.0.0.0 -w 4 -t 30 --access-log
  $ curl http://127.0.0.1:5000/invocations -H 'Content-Type: application/json' \\
      -d @./wine-quality/serving_input_example.json`;

/** With MLflow's flags. */
export const full: CommandFile = {
  register(parent) {
    const command = parent.command('serve').description('serve a model: /invocations, /ping, /health, /version');
    command.requiredOption('-m, --model-uri <uri>', 'folder of the model');
    addFlags(command, 'models serve -m ./wine-quality').action((options: Record<string, unknown>) => run(String(options['modelUri']), options));
  },
};

/** The short form. */
export const short: CommandFile = {
  register(parent) {
    const command = parent.command('serve').description('serve a model folder').argument('<model>', 'folder of the model');
    addFlags(command, 'serve ./wine-quality').action(run);
  },
};

function addFlags(command: Command, example: string): Command {
  for (const spec of serveOptions) {
    const note = [spec.choices === undefined ? '' : ` (${spec.choices.join(', ')})`, spec.type === 'switch' || spec.default === '' ? '' : ` (default: ${spec.default})`];
    command.option(spec.flag, `${spec.help}${note.join('')} [${[spec.env, spec.mlflowEnv].filter(Boolean).join(', ')}]`, check(spec.name));
  }
  command.option('--flavor <name>', 'flavor to score with (default: the one that stands in for python_function)');
  return addEnvironmentFlags(command).helpOption('--help', 'show help').addHelpText('after', EXAMPLES(example));
}

/** A flag is judged where it stands, so that a bad one is a usage error. */
function check(name: string): (value: string) => string {
  return (value) => {
    try {
      readServeOptions({ [name]: value });
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
    return value;
  };
}

async function run(uri: string, given: Record<string, unknown>): Promise<void> {
  const start = performance.now();
  const options = readServeOptions(given, process.env);
  const { runServer } = await import('../../serve/node/run.ts');
  const flavor = given['flavor'] === undefined ? undefined : String(given['flavor']);
  noticeEnvironmentFlags(given);
  const progress = loadProgress();
  const status = await runServer({ uri, options, flavor }, {
    onNotice: notice,
    onProgress: progress,
    onListening({ host, port, flavor: scoredBy, workers }) {
      const address = host.includes(':') ? `[${host}]` : host, ms = Math.round(performance.now() - start);
      notice(`serving ${uri} (${scoredBy}) at http://${address}:${port}, ${workers === 1 ? '1 process' : `${workers} processes`}, ready in ${ms} ms`);
    },
  });
  process.exit(status);
}
