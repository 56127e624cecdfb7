/**
 * Records answers with the real MLflow in a local Python.
 * @module
 */
import { spawn } from 'node:child_process';
import { ModelError } from '../../errors/model-error.ts';
import { bodyFields, type Recording, readRecordings } from './recordings.ts';

/** Reads request lines on stdin, answers as MLflow's scoring server would, writes lines on the stream it was given as stdout. */
const SCRIPT = `
import base64, json, os, sys
lines = sys.stdin.buffer.read().decode("utf-8").split("\\n")
out = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import load_model, scoring_server
model = load_model(sys.argv[1])
schema = model.metadata.get_input_schema()
for line in lines:
    if not line:
        continue
    entry = json.loads(line)
    body = base64.b64decode(entry["body_base64"]) if "body_base64" in entry else entry["body"].encode("utf-8")
    try:
        answer = scoring_server.invocations(body, entry.get("content_type"), model, schema)
        entry["status"], entry["response"] = answer.status, answer.response
    except MlflowException as e:
        entry["status"], entry["response"] = e.get_http_status_code(), e.serialize_as_json()
    except Exception:
        entry["status"], entry["response"] = 500, "Internal Server Error"
    out.write(json.dumps(entry) + "\\n")
    out.flush()
`;

/**
 * Answers of MLflow to requests. This runs the model's own code, in the Python that the caller names or has.
 * @throws ModelError PYTHON_MISSING
 */
export async function record(model: string, requests: readonly Recording[], python: string | undefined): Promise<Recording[]> {
  const input = requests.map((r) => `${JSON.stringify({ name: r.name, content_type: r.contentType, ...bodyFields(r.body) })}\n`).join('');
  const tried: string[] = [];
  for (const command of python === undefined ? ['python3', 'python'] : [python]) {
    const { output, problem } = await run(command, ['-c', SCRIPT, model], input);
    if (problem === undefined) return readRecordings(output, 'answers of Python');
    tried.push(`${command}: ${problem}`);
  }
  throw new ModelError('PYTHON_MISSING', { reason: tried.join('; ') });
}

function run(command: string, args: readonly string[], input: string): Promise<{ output: string; problem?: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, PYTHONIOENCODING: 'utf-8' } });
    let output = '', log = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-4000)));
    child.stdin.on('error', () => {});
    child.once('error', (error: NodeJS.ErrnoException) => resolve({ output, problem: error.code === 'ENOENT' ? 'not found' : (error.code ?? error.name) }));
    child.once('close', (code) => resolve(code === 0 ? { output } : { output, problem: log.trim().split('\n').at(-1) ?? `status ${code}` }));
    child.stdin.end(input);
  });
}
