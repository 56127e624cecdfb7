/**
 * How request bodies for a loaded model are read.
 * @module
 */
import type { ModelSignature } from '../schema/signature.ts';
import { compileDecoder, type Decoder } from '../wire/decode.ts';
import type { LoadedModel } from './loaded-model.ts';

/** Compiles the reader of bodies for a model's signature and enforcement mode. */
export function decoderOf(model: LoadedModel, scoringProtocol: '1' | '2' | 'auto', signature: ModelSignature | undefined = model.signature): Decoder {
  const { enforcement, metadata } = model;
  return compileDecoder(signature, {
    enforcement, scoringProtocol,
    fromTypeHint: metadata.isSignatureFromTypeHint,
    nullsAreFloat: Number.parseInt(metadata.mlflowVersion ?? '', 10) < 2,
  });
}
