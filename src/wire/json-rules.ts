/**
 * What the JSON encoders of MLflow know beyond plain JSON.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

/** What an encoder of MLflow writes beyond plain JSON; the rest is refused. */
export interface JsonRules {
  /** bytes become base64 in lines of 76 characters. */
  readonly bytes: boolean;
  /** A time of day becomes ISO text. */
  readonly time: boolean;
  /** numpy scalars become the Python values they hold. */
  readonly scalars: boolean;
  /** Tables as pandas 3 hands them out: NA cells as null, rows of no columns as empty objects. */
  readonly pandas3: boolean;
}

/** NumpyEncoder of MLflow 2 and 3, with the pandas of that time. */
export const SERVER_RULES: JsonRules = { bytes: true, time: true, scalars: true, pandas3: true };
/** NumpyEncoder of MLflow 1. */
export const SERVER_V1_RULES: JsonRules = { bytes: true, time: false, scalars: true, pandas3: false };
/** The encoder of MLflow's own clients (dump_input_data). */
export const CLIENT_RULES: JsonRules = { bytes: false, time: true, scalars: false, pandas3: true };

/** @throws ModelError NOT_SERIALIZABLE */
export function refuse(type: string): never {
  throw new ModelError('NOT_SERIALIZABLE', { type });
}
