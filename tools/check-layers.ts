#!/usr/bin/env node
/**
 * Checks the house: imports between the rooms of src/ point left only, siblings never meet, pure rooms touch no `node:*`
 * module, no cycle of files at run time, no file over 400 lines without a note that says why.
 *
 *   node tools/check-layers.ts
 *
 * Fails also when it saw fewer files than git lists: a check whose subject is missing is no check.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';

/** Left to right; rooms in one list are siblings. */
const LAYERS: readonly (readonly string[])[] = [
  ['errors'], ['data'], ['schema'], ['wire', 'formats', 'plugins'], ['mlmodel', 'engines'], ['tracking', 'tables'],
  ['flavors', 'workers', 'stores'], ['model'], ['serve', 'batch', 'evaluate', 'deploy'], ['cli'],
];
/** Files that may use the system. */
const SYSTEM = /^(mlmodel\/directory|tables\/|tracking\/|stores\/|workers\/|batch\/|evaluate\/report|deploy\/|serve\/(node|workers)|cli\/)/;
const MOST_LINES = 400;
const LENGTH_NOTE = 'Over 400 lines:';
/** AssemblyScript, which is another language: sources of the kernels. */
const ASSEMBLY = /^src\/[\w/]+\/assembly\//;

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

const root = join(import.meta.dirname, '..');
const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'src'], { cwd: root, encoding: 'utf8' })
  .split('\n').filter((name) => name.endsWith('.ts') && !ASSEMBLY.test(name) && existsSync(join(root, name)));
const problems: string[] = [];
const graph = new Map<string, string[]>();
let seen = 0, edges = 0;

const layerOf = (room: string): number => LAYERS.findIndex((rooms) => rooms.includes(room));
const roomOf = (file: string): string => (file.includes('/') ? file.slice(0, file.indexOf('/')) : 'index');

for (const name of listed) {
  const text = readFileSync(join(root, name), 'utf8'), file = name.slice('src/'.length);
  const lines = text.split('\n').length;
  if (lines > MOST_LINES + 1 && !text.includes(LENGTH_NOTE)) problems.push(`${file}: ${lines} lines; split it, or say why in its header ("${LENGTH_NOTE} …")`);
  const room = roomOf(file);
  if (room !== 'index' && layerOf(room) < 0) problems.push(`${file}: the room ${room} is not in the design`);
  const runtime: string[] = [];
  for (const found of importsOf(name, text)) {
    edges++;
    if (found.from.startsWith('node:')) {
      if (!SYSTEM.test(file) && !found.typeOnly) problems.push(`${file}: a pure file imports ${found.from}`);
      continue;
    }
    if (!found.from.startsWith('.')) continue;
    const target = normalize(join(dirname(file), found.from));
    if (!existsSync(join(root, 'src', target))) problems.push(`${file}: imports ${found.from}, which is not there`);
    if (!found.typeOnly && !found.dynamic) runtime.push(target);
    const to = roomOf(target);
    if (room === 'index' || to === room) continue;
    if (to === 'index') problems.push(`${file}: imports the package's own index`);
    else if (layerOf(to) >= layerOf(room)) problems.push(`${file}: ${room} must not import ${to} (${target})`);
    else if (!found.typeOnly && !found.dynamic && !SYSTEM.test(file) && SYSTEM.test(target)) problems.push(`${file}: a pure file imports ${target}, which uses the system; use import()`);
  }
  graph.set(file, runtime);
  seen++;
}
for (const cycle of cycles(graph)) problems.push(`cycle: ${cycle.join(' → ')}`);

if (seen === 0 || seen < listed.length || edges === 0) problems.push(`saw ${seen} files and ${edges} imports, git lists ${listed.length} files`);
for (const problem of problems) console.error(problem);
console.log(`layers: ${seen} files, ${edges} imports, ${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);

function importsOf(name: string, text: string): Import[] {
  const { module, errors } = parseSync(name, text);
  if (errors.length > 0) throw new Error(`${name}: ${errors[0]?.message}`);
  const out: Import[] = [];
  for (const entry of module.staticImports) {
    const typeOnly = entry.entries.length > 0 && entry.entries.every((e) => e.isType);
    out.push({ from: entry.moduleRequest.value, typeOnly, dynamic: false });
  }
  for (const entry of module.staticExports) {
    for (const e of entry.entries) if (e.moduleRequest) out.push({ from: e.moduleRequest.value, typeOnly: e.isType, dynamic: false });
  }
  for (const entry of module.dynamicImports) {
    const literal = /^['"](.*)['"]$/.exec(text.slice(entry.moduleRequest.start, entry.moduleRequest.end));
    if (literal?.[1]) out.push({ from: literal[1], typeOnly: false, dynamic: true });
  }
  return out;
}

/** Cycles of the run-time graph, one for each back edge. */
function cycles(edgesOf: ReadonlyMap<string, readonly string[]>): string[][] {
  const state = new Map<string, 'open' | 'done'>(), path: string[] = [], found: string[][] = [];
  const visit = (file: string): void => {
    state.set(file, 'open');
    path.push(file);
    for (const next of edgesOf.get(file) ?? []) {
      if (state.get(next) === 'open') found.push([...path.slice(path.indexOf(next)), next]);
      else if (!state.has(next)) visit(next);
    }
    path.pop();
    state.set(file, 'done');
  };
  for (const file of edgesOf.keys()) if (!state.has(file)) visit(file);
  return found;
}
