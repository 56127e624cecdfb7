/**
 * `mlmodel types`: TypeScript declarations from a model's signature.
 * @module
 */
import type { Command } from 'commander';
import { print, writeText } from '../output.ts';

/** Adds the command. */
export function register(parent: Command): void {
  parent.command('types').description("write TypeScript declarations of a model's input, parameters and output")
    .argument('<model>', 'folder of the model')
    .option('-o, --output-path <file>', 'file to write (default: stdout)')
    .option('--name <name>', 'prefix of the declared types', 'Model')
    .helpOption('--help', 'show help')
    .addHelpText('after', '\nExamples:\n  $ mlmodel types ./wine-quality -o wine-quality.d.ts\n  $ mlmodel types ./wine-quality --name Wine')
    .action(run);
}

async function run(uri: string, flags: { outputPath?: string; name: string }): Promise<void> {
  const [{ openModel }, { declarations }] = await Promise.all([import('../../model/load.ts'), import('../../model/declarations.ts')]);
  const { metadata } = await openModel(uri);
  const text = declarations(metadata.signature, flags.name);
  if (flags.outputPath === undefined) await print(text);
  else await writeText(flags.outputPath, text);
}
