/**
 * `mlmodel models predict` and `mlmodel predict`.
 * @module
 */
import { type Command, Option } from 'commander';
import { ModelError } from '../../errors/model-error.ts';
import type { Enforcement } from '../../schema/signature.ts';
import { loadProgress } from '../load-progress.ts';
import { addEnvironmentFlags, noticeEnvironmentFlags } from '../model-flags.ts';
import { print, writeText } from '../output.ts';
import type { CommandFile } from '../program.ts';

interface PredictFlags {
  inputPath?: string;
  outputPath?: string;
  contentType?: 'json' | 'csv' | 'parquet';
  jsonFormat?: 'split' | 'records';
  scoringProtocol: '1' | '2' | 'auto';
  enforcement: Enforcement;
  output?: string;
  flavor?: string;
  env?: string[];
}

const MEDIA = { json: 'application/json', csv: 'text/csv', parquet: 'application/vnd.apache.parquet' } as const;

const EXAMPLES = (command: string, input: string): string => `
Examples:
  $ mlmodel ${command}${input}rows.csv -t csv -o predictions.json
  $ mlmodel ${command} < ./wine-quality/serving_input_example.json
  $ mlmodel ${command}${input}rows.json --output predict_proba`;

/** With MLflow's flags. */
export const full: CommandFile = {
  register(parent) {
    const command = parent.command('predict').description('score a file or stdin; the answer is written as MLflow writes it');
    command.requiredOption('-m, --model-uri <uri>', 'folder of the model').option('-i, --input-path <file>', 'file to score (default: stdin)');
    addFlags(command, EXAMPLES('models predict -m ./wine-quality', ' -i ')).action((flags: PredictFlags & { modelUri: string }) => run(flags.modelUri, flags));
  },
};

/** The short form. */
export const short: CommandFile = {
  register(parent) {
    const command = parent.command('predict').description('score a file or stdin');
    command.argument('<model>', 'folder of the model').argument('[input]', 'file to score: .json, .csv or .parquet (default: stdin)');
    addFlags(command, EXAMPLES('predict ./wine-quality', ' ')).action((uri: string, input: string | undefined, flags: PredictFlags) => run(uri, input === undefined ? flags : { ...flags, inputPath: input }));
  },
};

function addFlags(command: Command, examples: string): Command {
  command
    .option('-o, --output-path <file>', 'file for the answer (default: stdout)')
    .addOption(new Option('-t, --content-type <type>', "the input's form (default: by the file's ending, else json)").choices(Object.keys(MEDIA)))
    .addOption(new Option('-j, --json-format <form>', 'a bare frame as MLflow 1.x takes it; the answer is bare too').choices(['split', 'records']))
    .addOption(new Option('--scoring-protocol <version>', 'request forms of MLflow 1.x (1), of 2.x and 3.x (2), or both').choices(['1', '2', 'auto']).default('2'))
    .addOption(new Option('--enforcement <mode>', 'how input is held against the signature').choices(['safe', 'mlflow', 'strict']).default('safe'))
    .option('--output <name>', 'another output than the plain answer, such as predict_proba')
    .option('--flavor <name>', 'flavor to score with (default: the one that stands in for python_function)')
    .option('-r, --pip-requirements-override <list>', 'accepted; a native model needs no environment')
    .option('--env <key=value...>', 'environment variables to set');
  return addEnvironmentFlags(command).helpOption('--help', 'show help').addHelpText('after', examples);
}

async function run(uri: string, flags: PredictFlags): Promise<void> {
  noticeEnvironmentFlags({ ...flags }, [['-r', 'pipRequirementsOverride']]);
  setEnvironment(flags.env ?? []);
  const [{ loadModel }, { readFile }] = await Promise.all([import('../../model/load.ts'), import('node:fs/promises')]);
  const { enforcement, flavor, inputPath } = flags;
  const model = await loadModel(uri, { enforcement, onProgress: loadProgress(), ...(flavor === undefined ? {} : { flavor }) });
  const body = inputPath === undefined ? await readStdin() : await readFile(inputPath).catch((error: NodeJS.ErrnoException) => unreadable(inputPath, error));
  const { scoreBody } = await import('../score-body.ts');
  const text = await scoreBody(model, body, { ...requestForm(flags), output: flags.output });
  if (flags.outputPath === undefined) await print(text);
  else await writeText(flags.outputPath, text);
  await model.close();
}

function requestForm(flags: PredictFlags): { contentType: string; scoringProtocol: '1' | '2' | 'auto' } {
  const media = MEDIA[flags.contentType ?? typeOf(flags.inputPath)];
  if (flags.jsonFormat === undefined) return { contentType: media, scoringProtocol: flags.scoringProtocol };
  return { contentType: media === MEDIA.json ? `${media}; format=pandas-${flags.jsonFormat}` : media, scoringProtocol: '1' };
}

function typeOf(path: string | undefined): keyof typeof MEDIA {
  const ending = /\.(csv|parquet)$/i.exec(path ?? '')?.[1]?.toLowerCase();
  return ending === 'csv' || ending === 'parquet' ? ending : 'json';
}

function setEnvironment(pairs: readonly string[]): void {
  for (const pair of pairs) {
    const mark = pair.indexOf('=');
    if (mark < 1) throw new ModelError('OPTION_INVALID', { option: '--env', expected: 'KEY=VALUE' });
    process.env[pair.slice(0, mark)] = pair.slice(mark + 1);
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): never {
  throw new ModelError('INPUT_FILE_UNREADABLE', { path, reason: error.code ?? error.name }, { cause: error });
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
