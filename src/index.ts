/**
 * mlmodel: MLflow Models in TypeScript.
 * @module
 */
export { loadModel, type LoadOptions } from './model/load.ts';
export { LoadedModel, type ModelPredictOptions } from './model/loaded-model.ts';
export type { LoadProgress } from './model/progress.ts';
export type { PlainInput, PlainParams } from './model/input.ts';
export { modelCard, type ModelCard } from './model/card.ts';
export { declarations } from './model/declarations.ts';
export { Model, type ModelParts } from './mlmodel/model.ts';
export type { ModelFiles } from './mlmodel/files.ts';
export { memoryFiles } from './mlmodel/memory-files.ts';
export { getModelDependencies } from './model/dependencies.ts';
export type { ModelDependencies } from './mlmodel/environment.ts';
export { ModelSignature, type Enforcement } from './schema/signature.ts';
export { Schema } from './schema/schema.ts';
export { ColSpec } from './schema/col-spec.ts';
export { TensorSpec } from './schema/tensor-spec.ts';
export { ParamSchema, ParamSpec } from './schema/param-spec.ts';
export { ArrayType, type ColumnType, MapType, ObjectType, Property, type ScalarType } from './schema/data-types.ts';
export { inferSignature } from './schema/infer.ts';
export { type Column, column } from './data/column.ts';
export type { DType } from './data/dtype.ts';
export { Table } from './data/table.ts';
export { Tensor } from './data/tensor.ts';
export { Series, type Value } from './data/values.ts';
export { ModelError, type ErrorJson } from './errors/model-error.ts';
export type { ErrorCode } from './errors/catalog.ts';
export { registerFlavor } from './flavors/_flavors.ts';
export type { Flavor, FlavorContext, Output, Predictor, PredictOptions } from './flavors/_contract.ts';
