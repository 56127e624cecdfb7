/**
 * Kernels for engines.
 * @module
 */
export * from '../data/wasm.ts';
