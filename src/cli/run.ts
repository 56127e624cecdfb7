/**
 * One command line from words to exit status.
 * @module
 */
import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { EXIT, printError } from './output.ts';
import { buildProgram } from './program.ts';

/** Runs a command line; resolves with the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const program = await buildProgram(args, version());
    if (args.length === 0) {
      program.outputHelp();
      return EXIT.usage;
    }
    await program.parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    printError(error);
    return (error as { code?: unknown }).code === 'OPTION_INVALID' ? EXIT.usage : EXIT.failure;
  }
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
