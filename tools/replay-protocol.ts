/**
 * Replays recordings of the MLflow protocol: `node tools/replay-protocol.ts DIR [--filter REGEX] [--verbose]`.
 * DIR is a folder of JSON-lines files as test/golden/protocol/README.md describes them. Every line is judged by the
 * handler of its file (tools/replay/NAME.ts); test/known-differences.json names the lines that differ on purpose.
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseLine } from '../test/support/protocol-values.ts';
import { type Handler, type Verdict, fail } from './replay/_handler.ts';

interface Tally { passed: number; known: number; failed: number }
interface Failure { id: string; kind: string; detail: string }

const SHOWN = 3;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { filter: { type: 'string' }, verbose: { type: 'boolean', default: false }, known: { type: 'string' } },
});

async function main(): Promise<number> {
  const folder = positionals[0];
  if (folder === undefined || positionals.length > 1) {
    console.error('Usage: node tools/replay-protocol.ts DIR [--filter REGEX] [--verbose] [--known FILE]');
    return 2;
  }
  const total: Tally = { passed: 0, known: 0, failed: 0 }, handlers = await loadHandlers(total), known = loadKnown();
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -6)) : [];
  for (const name of [...new Set([...handlers.keys(), ...files])].sort()) {
    const handler = handlers.get(name);
    if (!files.includes(name)) total.failed += complain(`${name}.jsonl is missing in ${folder}`);
    else if (!handler) total.failed += complain(`${name}.jsonl: no handler judges it`);
    else add(total, await replay(handler, join(folder, `${name}.jsonl`), known));
  }
  if (total.passed + total.known + total.failed === 0) total.failed += complain('no line was judged');
  console.log(`${total.passed} passed, ${total.failed} failed${total.known > 0 ? `, ${total.known} known` : ''}`);
  return total.failed > 0 ? 1 : 0;
}

function complain(text: string): number {
  console.log(`FAILED ${text}`);
  return 1;
}

function add(total: Tally, part: Tally): void {
  total.passed += part.passed;
  total.known += part.known;
  total.failed += part.failed;
}

async function loadHandlers(total: Tally): Promise<Map<string, Handler>> {
  const folder = new URL('./replay/', import.meta.url), handlers = new Map<string, Handler>();
  for (const name of readdirSync(folder).filter((n) => n.endsWith('.ts') && !n.startsWith('_')).sort()) {
    try {
      const { handler } = (await import(new URL(name, folder).href)) as { handler: Handler };
      handlers.set(handler.file, handler);
    } catch (error) {
      total.failed += complain(`tools/replay/${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return handlers;
}

function loadKnown(): ReadonlyMap<string, string> {
  const path = options.known ?? new URL('../test/known-differences.json', import.meta.url);
  return existsSync(path) ? new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>)) : new Map();
}

async function replay(handler: Handler, path: string, known: ReadonlyMap<string, string>): Promise<Tally> {
  const tally: Tally = { passed: 0, known: 0, failed: 0 }, failures: Failure[] = [];
  const filter = options.filter === undefined ? undefined : new RegExp(options.filter);
  for (const text of readFileSync(path, 'utf8').split('\n')) {
    if (text.trim() === '') continue;
    const line = parseLine(text), id = String(line.get('id')), kind = String(line.get('kind'));
    if (filter && !filter.test(`${handler.file}/${id} ${kind}`)) continue;
    const verdict = await judge(handler, line), reason = known.get(`${handler.file}/${id}`);
    if (verdict.ok && reason === undefined) tally.passed++;
    else if (!verdict.ok && reason !== undefined) tally.known++;
    else failures.push({ id, kind, detail: verdict.ok ? 'listed as a known difference, but it agrees' : verdict.detail });
  }
  await handler.close?.();
  tally.failed = failures.length;
  console.log(`${handler.file}: ${tally.passed} passed, ${tally.failed} failed${tally.known > 0 ? `, ${tally.known} known` : ''}`);
  report(failures);
  return tally;
}

async function judge(handler: Handler, line: ReturnType<typeof parseLine>): Promise<Verdict> {
  try {
    return (await handler.run(line)) ?? fail('nobody judged this line');
  } catch (error) {
    return fail(`the handler failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

function report(failures: readonly Failure[]): void {
  const byKind = new Map<string, Failure[]>();
  for (const failure of failures) {
    const kind = failure.kind.split('/')[0] ?? '';
    byKind.set(kind, [...(byKind.get(kind) ?? []), failure]);
  }
  for (const [kind, group] of byKind) {
    console.log(`  ${kind}: ${group.length} failed`);
    for (const { id, kind: full, detail } of options.verbose ? group : group.slice(0, SHOWN)) {
      console.log(`    ${id} ${full}: ${options.verbose ? detail : detail.slice(0, 400)}`);
    }
  }
}

process.exitCode = await main();
