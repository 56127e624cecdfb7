import { defineConfig } from 'vitest/config';

/** The live suite: real MLflow and libraries, named by MLMODEL_PYTHON. */
export default defineConfig({ test: { include: ['test/interop/**/*.test.ts'], pool: 'forks', maxWorkers: 1, testTimeout: 120_000 } });
