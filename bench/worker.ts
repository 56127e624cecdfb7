/** A process that scores on request: ours/score.ts or rivals/score.py, one JSON line each way. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { python } from './environment.ts';

export interface Scorer {
  /** Sends a request; its answer's fields. */
  ask(request: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

/** Starts a scorer with `threads` threads and loads a library's model of the folder `models`, of so many columns. */
export async function scorer(side: 'ours' | 'theirs', model: string, models: string, threads: number, columns: number = 28): Promise<Scorer> {
  const [program, args] = side === 'ours' ? [process.execPath, [join(import.meta.dirname, 'ours/score.ts')]] : [python, [join(import.meta.dirname, 'rivals/score.py')]];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, OMP_NUM_THREADS: String(threads) } });
  let errors = '', ended = false;
  child.stderr.on('data', (chunk: Buffer) => { errors = (errors + chunk.toString()).slice(-2000); });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve(void (ended = true))));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask: Scorer['ask'] = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the ${side} scorer of ${model} ended: ${errors}`);
    const answer = JSON.parse(value) as Record<string, number> & { error?: string };
    if (answer.error !== undefined) throw new Error(`the ${side} scorer of ${model}: ${answer.error}`);
    return answer;
  };
  await ask({ op: 'load', [side === 'ours' ? 'model' : 'library']: model, models, threads, columns });
  return {
    ask,
    async stop() {
      child.stdin.end();
      const timer = setTimeout(() => { if (!ended) child.kill('SIGKILL'); }, 5000);
      await gone;
      clearTimeout(timer);
    },
  };
}
