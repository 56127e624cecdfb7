#!/usr/bin/env node
/**
 * Writes docs/errors.md from the catalog; `--check` exits 1 when it is stale.
 *
 *   node tools/gen-errors-doc.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalog, errorCodes, kinds, type ErrorKind } from '../src/errors/catalog.ts';

const path = join(import.meta.dirname, '../docs/errors.md');
const source = readFileSync(join(import.meta.dirname, '../src/errors/catalog.ts'), 'utf8');

/** The section comment above a code in the catalog. */
function roomOf(code: string): string {
  const before = source.slice(0, source.indexOf(`  ${code}: [`));
  return /(?:^|\n) {2}\/\/ ([a-z]+)\n(?![\s\S]*\n {2}\/\/ [a-z]+\n)/.exec(before)?.[1] ?? 'other';
}

const parts = [`# Errors

Generated from [src/errors/catalog.ts](../src/errors/catalog.ts) by \`node tools/gen-errors-doc.ts\`.

Every error is a \`ModelError\` with a \`code\` of this page. Over HTTP its body is
\`{"error_code": …, "message": …, "code": …, "details": …}\`: \`error_code\` is MLflow's, \`code\` ours. A text names columns, types, shapes
and counts, never the data. 4xx is the caller's to mend, 5xx ours.
`];
let room = '';
for (const code of errorCodes) {
  const [kindName, text] = catalog[code], kind: ErrorKind = kinds[kindName];
  if (roomOf(code) !== room) {
    room = roomOf(code);
    parts.push(`\n## ${room}\n`);
  }
  parts.push(`\n### ${code}\n\nHTTP ${kind.status} · MLflow \`${kind.mlflow}\` · gRPC \`${kind.grpc}\`\n\n> ${text.replace(/\{(\w+)\}/g, '‹$1›')}\n`);
}
const text = parts.join('');
if (process.argv.includes('--check')) {
  let have = '';
  try {
    have = readFileSync(path, 'utf8');
  } catch {
    // reported below
  }
  if (have !== text) {
    console.error('docs/errors.md is stale: run node tools/gen-errors-doc.ts');
    process.exit(1);
  }
} else writeFileSync(path, text);
