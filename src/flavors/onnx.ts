/**
 * ONNX models, scored by onnxruntime-node; input and answer in the forms of MLflow's wrapper (mlflow/onnx/__init__.py).
 * @module
 */
import { column, type Storage } from '../data/column.ts';
import { Table } from '../data/table.ts';
import type { Tensor } from '../data/tensor.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Flavor, PredictOptions, Predictor } from './_contract.ts';
import { readOnce } from './_native.ts';
import { feedsOf } from './onnx-inputs.ts';
import { externalData, type OnnxFile, readOnnxFile } from './onnx-model.ts';
import { assemble, fetchesOf, flatten, type NamedPlan } from './onnx-outputs.ts';
import { createSession, importRuntime, type Runtime, type RuntimeSession, sessionPlan } from './onnx-runtime.ts';
import { fromRuntime, toRuntime } from './onnx-tensors.ts';

const files = readOnce(readOnnxFile);

/**
 * The ONNX flavor. Outputs are the graph's own; without one, the answer is MLflow's: a table of flattened outputs for a table,
 * a mapping of arrays otherwise.
 *
 * @throws ModelError NOT_NATIVE, LIBRARY_MISSING, MODEL_REJECTED, FLAVOR_CONFIG_INVALID and what a broken file gives, at load;
 * INPUT_…, OUTPUTS_UNEVEN, RUN_FAILED in predict
 */
const flavor: Flavor = {
  name: 'onnx',
  loaders: ['mlflow.onnx'],
  // A library's own format, where a model has it too, is exact; its ONNX conversion is often not.
  priority: 100,
  // The library's run() returns a promise and holds the thread all the same.
  blocks: true,
  async inspect(context) {
    const { unsupported } = await files.of(context);
    return { native: unsupported.length === 0, unsupported };
  },
  async load(context) {
    const file = await files.take(context);
    if (file.unsupported.length > 0) throw new ModelError('NOT_NATIVE', { flavor: 'onnx', unsupported: file.unsupported });
    const plan = sessionPlan(context.config), runtime = await importRuntime();
    const { session, notes } = await createSession(runtime, plan, file.path, file.bytes, await externalData(context.files, file));
    return { ...predictor(runtime, session, file), notes };
  },
};
export default flavor;

/** The session and the inputs stay; the file's bytes do not. */
function predictor(runtime: Runtime, session: RuntimeSession, { inputs, plans }: OnnxFile): Predictor {
  const outputs = plans.map(({ name }) => name);
  return {
    accepts: { table: true, tensors: true, params: false },
    outputs,
    async predict(input, options) {
      const wanted = wantedOf(plans, options), feeds = feedsOf(inputs, input);
      const entries = inputs.map((spec) => [spec.name, toRuntime(runtime, spec, feeds.get(spec.name) as Tensor)] as const);
      options.signal?.throwIfAborted();
      const answer = await run(session, Object.fromEntries(entries), wanted.flatMap(({ plan }) => fetchesOf(plan)));
      const values = wanted.map(({ name, plan }) => [name, assemble(plan, (tensor) => fromRuntime(answer[tensor] as never))] as const);
      if (options.output !== undefined) return values[0]?.[1] ?? null;
      return input instanceof Table ? flattened(values) : new Map<Value, Value>(values);
    },
    close: () => session.release(),
  };
}

function wantedOf(plans: readonly NamedPlan[], { output }: PredictOptions): readonly NamedPlan[] {
  if (output === undefined) return plans;
  const found = plans.find(({ name }) => name === output);
  if (!found) throw new ModelError('OUTPUT_UNKNOWN', { output, outputs: plans.map(({ name }) => name) });
  return [found];
}

async function run(session: RuntimeSession, feeds: Parameters<RuntimeSession['run']>[0], wanted: readonly string[]): ReturnType<RuntimeSession['run']> {
  try {
    return await session.run(feeds, wanted);
  } catch (cause) {
    // The library's text may repeat values of the input; which operator refused them is all that is said.
    const node = /(?:while running|returned by|Node:|node) (\w+) node/.exec(String((cause as Error)?.message))?.[1];
    throw new ModelError('RUN_FAILED', { library: 'onnxruntime-node', reason: node ? `its operator ${node} refused the values or shapes` : 'the model refused the values or shapes' }, { cause });
  }
}

/** Every output as one column, flattened. @throws ModelError OUTPUTS_UNEVEN */
function flattened(values: readonly (readonly [string, Value])[]): Table {
  const tensors = values.map(([name, value]) => flatten(name, value)), names = values.map(([name]) => name);
  const lengths = tensors.map((tensor) => tensor.size);
  if (lengths.some((length) => length !== lengths[0])) throw new ModelError('OUTPUTS_UNEVEN', { outputs: names, lengths });
  return new Table(names, tensors.map(({ dtype, values: stored }) => column(dtype, stored as Storage)));
}
