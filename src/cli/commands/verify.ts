/**
 * `mlmodel verify`: scores recorded requests again and tells how far the answers lie apart.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseJson } from '../../data/json-parse.ts';
import type { Value } from '../../data/values.ts';
import { ModelError } from '../../errors/model-error.ts';
import type { LoadedModel } from '../../model/loaded-model.ts';
import type { Enforcement } from '../../schema/signature.ts';
import { loadProgress } from '../load-progress.ts';
import { columns, EXIT, notice, print, styled, writeText } from '../output.ts';
import { Comparison } from '../verify/compare.ts';
import { type Recording, readRecordings, writeRecordings } from '../verify/recordings.ts';

interface VerifyFlags {
  abs?: number;
  rel?: number;
  enforcement: Enforcement;
  scoringProtocol: '1' | '2' | 'auto';
  flavor?: string;
  record?: string;
  python?: string;
  json?: boolean;
}

const EXAMPLES = `
FILE holds JSON lines {name, content_type, body | body_base64, status, response}, or one answer (JSON) to the
model's saved input example. Without FILE, requests.jsonl in the model's folder or beside it.
Exit status: 0 all agree, 1 some differ, 2 wrong usage.

Examples:
  $ mlmodel verify ./wine-quality requests.jsonl
  $ mlmodel verify ./wine-quality requests.jsonl --rel 1e-6 --json
  $ mlmodel verify ./wine-quality --record requests.jsonl     # asks the real MLflow in a local Python`;

/** Adds the command. */
export function register(parent: Command): void {
  parent.command('verify').description('score recorded requests again and compare with the recorded answers')
    .argument('<model>', 'folder of the model').argument('[file]', 'recorded answers')
    .option('--abs <number>', 'absolute tolerance (default: 1e-9, for values of float32 1e-6)', number)
    .option('--rel <number>', 'relative tolerance (default: 1e-9, for values of float32 1e-6)', number)
    .addOption(new Option('--enforcement <mode>', 'how input is held against the signature').choices(['safe', 'mlflow', 'strict']).default('mlflow'))
    .addOption(new Option('--scoring-protocol <version>', 'protocol of the recordings').choices(['1', '2', 'auto']).default('2'))
    .option('--flavor <name>', 'flavor to score with (default: the one that stands in for python_function)')
    .option('--record <file>', 'write the answers of the real MLflow to FILE instead of comparing; runs the code of the model in Python')
    .option('--python <command>', 'Python to record with (default: python3, python)')
    .option('--json', 'print the result as JSON')
    .helpOption('--help', 'show help').addHelpText('after', EXAMPLES)
    .action(run);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('It must be a number from 0.');
  return value;
}

async function run(uri: string, file: string | undefined, flags: VerifyFlags): Promise<void> {
  const recordings = await recordingsFor(uri, file, flags.record !== undefined);
  if (flags.record !== undefined) {
    const { record } = await import('../verify/record.ts');
    const answered = await record(uri, recordings, flags.python ?? process.env['MLMODEL_PYTHON']);
    await writeText(flags.record, writeRecordings(answered));
    notice(`recorded ${answered.length} answers in ${flags.record}`);
    return;
  }
  const { loadModel } = await import('../../model/load.ts');
  const { enforcement, flavor } = flags;
  const model = await loadModel(uri, { enforcement, onProgress: loadProgress(), ...(flavor === undefined ? {} : { flavor }) });
  const comparison = new Comparison({ absolute: flags.abs, relative: flags.rel }), problems: { name: string; problem: string }[] = [];
  for (const recording of recordings) {
    const problem = await verifyOne(model, recording, comparison, flags.scoringProtocol);
    if (problem !== undefined) problems.push({ name: recording.name, problem });
  }
  await model.close();
  await print(flags.json === true ? jsonReport(recordings.length, problems, comparison) : textReport(recordings.length, problems, comparison));
  process.exitCode = problems.length > 0 ? EXIT.failure : EXIT.ok;
}

async function verifyOne(model: LoadedModel, recording: Recording, comparison: Comparison, scoringProtocol: '1' | '2' | 'auto'): Promise<string | undefined> {
  const { body, contentType = '', response = '', status = 200 } = recording;
  const { scoreBody } = await import('../score-body.ts');
  let text: string;
  try {
    text = await scoreBody(model, body, { contentType, scoringProtocol });
  } catch (error) {
    if (!ModelError.isInstance(error)) throw error;
    // An answer that was a 5xx because of the request is rightly a 4xx here.
    if (status >= 400 && (status === error.status || (status >= 500 && error.status < 500))) return undefined;
    return `status ${status} expected, ${error.status} given: ${error.code}`;
  }
  if (status >= 400) return `status ${status} expected, an answer given`;
  const want = tryParse(response);
  return want === undefined ? (text === response ? undefined : 'the answer differs') : comparison.add(want, parseJson(text));
}

function tryParse(text: string): Value | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

async function recordingsFor(uri: string, file: string | undefined, recording: boolean): Promise<Recording[]> {
  for (const path of file === undefined ? [join(uri, 'requests.jsonl'), join(uri, '..', 'requests.jsonl')] : [file]) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return isAnswer(text) ? [{ ...(await savedExample(uri)), status: 200, response: text.trim() }] : readRecordings(text, path);
  }
  if (file !== undefined) throw new ModelError('INPUT_FILE_UNREADABLE', { path: file, reason: 'there is no such file' });
  if (recording) return [await savedExample(uri)];
  throw new ModelError('NOTHING_TO_VERIFY', { reason: 'no file was given and there is no requests.jsonl in the folder or beside it' });
}

/** One answer, not lines of recordings. */
function isAnswer(text: string): boolean {
  const value = tryParse(text);
  return Array.isArray(value) || (value instanceof Map && !value.has('body') && !value.has('body_base64'));
}

async function savedExample(uri: string): Promise<Recording> {
  const body = await readFile(join(uri, 'serving_input_example.json')).catch(() => undefined);
  if (body === undefined) throw new ModelError('NOTHING_TO_VERIFY', { reason: 'the model has no serving_input_example.json' });
  return { name: 'serving_input_example', contentType: 'application/json', body };
}

function textReport(count: number, problems: readonly { name: string; problem: string }[], comparison: Comparison): string {
  const rows = [...comparison.outputs].map(([name, d]) => [name, String(d.values), scientific(d.absolute), scientific(d.relative), String(d.ulps)]);
  const lines = problems.map(({ name, problem }) => `${styled('red', 'differs')} ${name}: ${problem}`);
  if (rows.length > 0) lines.push(columns([['output', 'values', 'max absolute', 'max relative', 'max ulp'], ...rows], ''));
  const verdict = `${count - problems.length} of ${count} answers agree`;
  return `${[...lines, styled(problems.length > 0 ? 'red' : 'green', verdict)].join('\n')}\n`;
}

function jsonReport(count: number, problems: readonly { name: string; problem: string }[], comparison: Comparison): string {
  const outputs = Object.fromEntries([...comparison.outputs].map(([name, d]) => [name, { ...d, ulps: Number(d.ulps) }]));
  return `${JSON.stringify({ requests: count, agree: count - problems.length, differ: problems, outputs }, null, 2)}\n`;
}

function scientific(x: number): string {
  return x === 0 ? '0' : x.toExponential(2);
}
