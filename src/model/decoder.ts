/**
 * How request bodies for a loaded model are read.
 * @module
 */
import { compileDecoder, type Decoder } from '../wire/decode.ts';
import type { LoadedModel } from './loaded-model.ts';

/** Compiles the reader of bodies for a model's signature, or without looking at it, and enforcement mode. */
export function decoderOf(model: LoadedModel, scoringProtocol: '1' | '2' | 'auto', bySignature: boolean = true): Decoder {
  const { enforcement, metadata, signature } = model;
  return compileDecoder(bySignature ? signature : undefined, {
    enforcement, scoringProtocol,
    fromTypeHint: metadata.isSignatureFromTypeHint,
    nullsAreFloat: Number.parseInt(metadata.mlflowVersion ?? '', 10) < 2,
  });
}
