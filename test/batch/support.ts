/** Models that show what they are given, and inputs and answers in memory. */
import { Readable } from 'node:stream';
import type { Answer } from '../../src/batch/answer.ts';
import { openInput } from '../../src/batch/input.ts';
import { type CsvBatchOptions, predictCsv } from '../../src/batch/predict-csv.ts';
import { column } from '../../src/data/column.ts';
import { Table } from '../../src/data/table.ts';
import type { Value } from '../../src/data/values.ts';
import { ModelError } from '../../src/errors/model-error.ts';
import type { Predictor } from '../../src/flavors/_contract.ts';
import type { Model } from '../../src/mlmodel/model.ts';
import { LoadedModel } from '../../src/model/loaded-model.ts';
import { ColSpec } from '../../src/schema/col-spec.ts';
import { compileEnforcer } from '../../src/schema/enforce.ts';
import { Schema } from '../../src/schema/schema.ts';
import { type Enforcement, ModelSignature } from '../../src/schema/signature.ts';
import { compileDecoder } from '../../src/wire/decode.ts';
import { formatOutput, formatPredictions } from '../../src/wire/response.ts';

/** Answers each row's cells and the dtypes of all columns; refuses negative infinity, by its row. */
const echo: Predictor = {
  accepts: { table: true, tensors: true, params: false },
  rowWise: true,
  outputs: ['predict', 'again'],
  predict(input, { output }) {
    const table = input as Table;
    for (let row = 0; row < table.length; row++) {
      if (table.columns.some(({ values }) => values[row] === -Infinity)) throw new ModelError('INPUT_ROW_UNSUITABLE', { row, reason: 'has negative infinity' });
    }
    const dtypes = column('str', Array.from({ length: table.length }, () => table.columns.map(({ dtype }) => dtype).join(' ')));
    const answer: Value = new Table([...table.names, '', 'dtypes'], [...table.columns, column('int64', new Float64Array(table.length)), dtypes], table.length);
    // Both an answer at once and a promise of one.
    return output === undefined ? answer : Promise.resolve(answer);
  },
};

export function echoModel(signature: ModelSignature | undefined, enforcement: Enforcement, predictor: Partial<Predictor> = {}): LoadedModel {
  const metadata = { signature, isSignatureFromTypeHint: false, mlflowVersion: '3.17.2' } as unknown as Model;
  return new LoadedModel({ metadata, flavor: 'echo', predictor: { ...echo, ...predictor }, enforcer: compileEnforcer(signature, enforcement), enforcement });
}

/** `['double x', 'long? n']`: type, `?` where optional, name. */
export function signatureOf(...columns: readonly string[]): ModelSignature {
  return new ModelSignature({ inputs: new Schema(columns.map((text) => {
    const [, type = '', mark, name] = /^(\w+)(\??)(?: (.*))?$/.exec(text) ?? [];
    return new ColSpec(type as 'double', name ?? null, mark === '');
  })) });
}

function memoryAnswer(): Answer & { text: string } {
  return {
    text: '',
    async write(text) {
      this.text += text;
    },
    async reset() {
      this.text = '';
    },
    async commit() {},
    async discard() {},
  };
}

const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? new TextEncoder().encode(text) : text);

/** The answer in parts; undefined where only the whole file has one. `step`: bytes that the input gives at a time. */
export async function inParts(model: LoadedModel, text: string | Uint8Array, options: CsvBatchOptions, step: number = 1000): Promise<string | undefined> {
  const bytes = bytesOf(text), answer = memoryAnswer();
  const parts = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) => bytes.subarray(i * step, (i + 1) * step));
  const input = await openInput(Readable.from(parts));
  try {
    if (await predictCsv(model, input, answer, options)) return answer.text;
    if (answer.text !== '') throw new Error('something was written');
    return undefined;
  } finally {
    await input.close();
  }
}

/** The answer to the whole, read without fast paths. */
export async function atOnce(model: LoadedModel, text: string | Uint8Array, output?: string): Promise<string> {
  const { enforcement } = model, decode = compileDecoder(enforcement === 'mlflow' ? undefined : model.signature, { enforcement, fast: false });
  const { data, enforced } = await decode(bytesOf(text), 'text/csv'), answer = await model.score(data, { enforced, output });
  return output === undefined ? formatPredictions(answer) : `{"predictions": ${formatOutput(answer)}}`;
}

/** An answer, or an error as text. */
export async function outcome(answer: Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!ModelError.isInstance(error)) throw error;
    return JSON.stringify(error.toJSON());
  }
}
