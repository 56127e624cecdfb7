/**
 * `mlmodel inspect`: a card of a model.
 * @module
 */
import type { Command } from 'commander';
import { print } from '../output.ts';

/** Adds the command. */
export function register(parent: Command): void {
  parent.command('inspect').description('show what a model is: flavors, signature, versions, size, what scores it')
    .argument('<model>', 'folder of the model').option('--json', 'print the card as JSON')
    .helpOption('--help', 'show help')
    .addHelpText('after', '\nExamples:\n  $ mlmodel inspect ./wine-quality\n  $ mlmodel inspect ./wine-quality --json')
    .action(run);
}

async function run(uri: string, flags: { json?: boolean }): Promise<void> {
  const [{ modelCard }, { cardText }] = await Promise.all([import('../../model/card.ts'), import('../card-text.ts')]);
  const card = await modelCard(uri);
  await print(flags.json === true ? `${JSON.stringify(card, null, 2)}\n` : `${cardText(card)}\n`);
}
