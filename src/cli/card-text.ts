/**
 * A model's card for people.
 * @module
 */
import type { CardField, CardFlavor, ModelCard } from '../model/card.ts';
import { columns, sizeText, styled } from './output.ts';

/** The card as text. */
export function cardText(card: ModelCard): string {
  const facts: (readonly [string, string | undefined])[] = [
    ['size', `${sizeText(card.bytes)} in ${card.files} files`],
    ['mlflow', card.mlflowVersion],
    ['created', card.created],
    ['run', card.runId],
    ['model id', card.modelId],
    ['input example', card.inputExample ? 'saved' : undefined],
  ];
  return [
    styled('bold', card.source),
    columns(facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined)),
    '',
    scoring(card),
    '',
    styled('bold', 'Flavors'),
    columns(card.flavors.map((flavor) => flavorRow(flavor, card.scoredBy))),
    ...signature(card),
  ].join('\n');
}

function scoring(card: ModelCard): string {
  if (card.scoredBy !== null) return `${styled('green', 'scored natively')} by ${card.scoredBy}, without Python`;
  return `${styled('red', 'not scored natively')}: ${(card.notScored ?? []).join('; ')}`;
}

function flavorRow(flavor: CardFlavor, scoredBy: string | null): string[] {
  const state = flavor.name === scoredBy ? 'scores' : flavor.native ? 'native' : flavor.reasons.join(', ') || 'not native';
  const versions = Object.entries(flavor.config).filter(([key]) => /version/.test(key)).map(([key, value]) => `${key} ${String(value)}`);
  return [flavor.name, state, versions.join(', ')];
}

function signature(card: ModelCard): string[] {
  if (card.signature === null) return ['', 'No signature: input is passed on as it is.'];
  const { inputs, outputs, params } = card.signature;
  return [...section('Inputs', inputs), ...section('Outputs', outputs), ...section('Parameters', params)];
}

function section(title: string, fields: readonly CardField[]): string[] {
  if (fields.length === 0) return [];
  return ['', styled('bold', title), columns(fields.map((field) => [field.name ?? '-', field.type, note(field)]))];
}

function note(field: CardField): string {
  if (field.default !== undefined) return `default ${field.default}`;
  return field.required === false ? 'optional' : '';
}
