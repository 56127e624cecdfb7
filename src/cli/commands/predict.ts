/**
 * `mlmodel models predict` and `mlmodel predict`.
 * @module
 */
import { type Command, Option } from 'commander';
import type { BatchInput } from '../../batch/input.ts';
import { ModelError } from '../../errors/model-error.ts';
import type { LoadedModel } from '../../model/loaded-model.ts';
import type { Enforcement } from '../../schema/signature.ts';
import { batchProgress } from '../batch-progress.ts';
import { untilInterrupted } from '../interrupt.ts';
import { loadProgress } from '../load-progress.ts';
import { addEnvironmentFlags, noticeEnvironmentFlags } from '../model-flags.ts';
import { print } from '../output.ts';
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
  threads?: string;
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
    command.argument('<model>', 'folder of the model').argument('[input]', 'file to score: .json, .csv (.csv.gz, .csv.zst) or .parquet (default: stdin)');
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
    .option('--threads <number>', 'threads that score large files (default: the cores)')
    .option('-r, --pip-requirements-override <list>', 'accepted; a native model needs no environment')
    .option('--env <key=value...>', 'environment variables to set');
  return addEnvironmentFlags(command).helpOption('--help', 'show help').addHelpText('after', examples);
}

async function run(uri: string, flags: PredictFlags): Promise<void> {
  noticeEnvironmentFlags({ ...flags }, [['-r', 'pipRequirementsOverride']]);
  setEnvironment(flags.env ?? []);
  const [{ loadModel }, { openInput }] = await Promise.all([import('../../model/load.ts'), import('../../batch/input.ts')]);
  const { enforcement, flavor, threads } = flags;
  const model = await loadModel(uri, { enforcement, onProgress: loadProgress(), ...(flavor === undefined ? {} : { flavor }), ...(threads === undefined ? {} : { threads: Number(threads) }) });
  const input = await openInput(flags.inputPath ?? process.stdin, { inflate: (flags.contentType ?? typeOf(flags.inputPath)) === 'csv' });
  try {
    await score(model, input, flags);
  } finally {
    await input.close();
    await model.close();
  }
}

async function score(model: LoadedModel, input: BatchInput, flags: PredictFlags): Promise<void> {
  const { output, outputPath } = flags, form = requestForm(flags);
  const { openAnswer } = await import('../../batch/answer.ts');
  if (form.contentType === MEDIA.csv && form.scoringProtocol === '2') {
    const { predictCsv } = await import('../../batch/predict-csv.ts');
    const done = await untilInterrupted(async (signal) => {
      const answer = await openAnswer(outputPath ?? process.stdout), progress = batchProgress();
      try {
        const streamed = await predictCsv(model, input, answer, { output, signal, onProgress: progress.tell });
        progress.end();
        if (streamed) await answer.commit();
        return streamed;
      } finally {
        progress.end();
        await answer.discard();
      }
    });
    if (done) return;
  }
  const [{ readRest }, { scoreBody }] = await Promise.all([import('../../batch/input.ts'), import('../score-body.ts')]);
  const text = await scoreBody(model, await readRest(input), { ...form, output });
  if (outputPath === undefined) return print(text);
  const answer = await openAnswer(outputPath);
  try {
    await answer.write(text);
    await answer.commit();
  } finally {
    await answer.discard();
  }
}

function requestForm(flags: PredictFlags): { contentType: string; scoringProtocol: '1' | '2' | 'auto' } {
  const media = MEDIA[flags.contentType ?? typeOf(flags.inputPath)];
  if (flags.jsonFormat === undefined) return { contentType: media, scoringProtocol: flags.scoringProtocol };
  return { contentType: media === MEDIA.json ? `${media}; format=pandas-${flags.jsonFormat}` : media, scoringProtocol: '1' };
}

function typeOf(path: string | undefined): keyof typeof MEDIA {
  const ending = /\.(csv(?=\.gz$|\.zst$|$)|parquet$)/i.exec(path ?? '')?.[1]?.toLowerCase();
  return ending === 'csv' || ending === 'parquet' ? ending : 'json';
}

function setEnvironment(pairs: readonly string[]): void {
  for (const pair of pairs) {
    const mark = pair.indexOf('=');
    if (mark < 1) throw new ModelError('OPTION_INVALID', { option: '--env', expected: 'KEY=VALUE' });
    process.env[pair.slice(0, mark)] = pair.slice(mark + 1);
  }
}
