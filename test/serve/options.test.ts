import { describe, expect, it } from 'vitest';
import { readServeOptions, serveOptions } from '../../src/serve/options.ts';

describe('readServeOptions', () => {
  it('has MLflow\'s defaults', () => {
    expect(readServeOptions({})).toEqual({
      port: 5000, host: '127.0.0.1', timeout: 60, workers: 1, threads: 0, enforcement: 'safe', scoringProtocol: '2', predictionsKey: '', bodyLimit: 100 * 1024 ** 2,
      headerTimeout: 10, bodyTimeout: 60, maxRequests: 256, modelMemory: 0, accessLog: false,
    });
  });

  it('takes a flag before our variable before MLflow\'s before the default', () => {
    const env = { MLMODEL_PORT: '2', MLFLOW_PORT: '3', MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT: '1', MLMODEL_HOST: '' };
    expect(readServeOptions({ port: '1' }, env)).toMatchObject({ port: 1, timeout: 1, host: '127.0.0.1' });
    expect(readServeOptions({}, env)).toMatchObject({ port: 2 });
    expect(readServeOptions({}, { MLFLOW_PORT: '3' })).toMatchObject({ port: 3 });
  });

  it.each([['512kb', 524288], ['1mb', 1048576], ['0.5gb', 0], ['77', 77], ['10 B', 10]])('reads the size %s', (text, size) => {
    if (size === 0) expect(() => readServeOptions({ bodyLimit: text })).toThrow('--body-limit');
    else expect(readServeOptions({ bodyLimit: text }).bodyLimit).toBe(size);
  });

  it.each([
    [{ port: '70000' }, '--port must be a whole number from 0 to 65535'], [{ port: '5e3' }, '--port'], [{ port: '-1' }, '--port'], [{ timeout: 'x' }, '--timeout must be a number'],
    [{ workers: '0' }, '--workers'], [{ workers: '1.5' }, '--workers'], [{ enforcement: 'loose' }, 'one of safe, mlflow, strict'], [{ bodyLimit: '-1' }, '--body-limit'],
    [{ accessLog: 'maybe' }, '--access-log'], [{ scoringProtocol: '3' }, '--scoring-protocol must be one of 1, 2, auto'],
  ])('refuses %j', (given, message) => {
    expect(() => readServeOptions(given)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining(message) }));
  });

  it('names the variable that is wrong', () => {
    expect(() => readServeOptions({}, { MLFLOW_PORT: 'x' })).toThrow('MLFLOW_PORT must be');
  });

  it('has one variable and one flag an option', () => {
    for (const part of ['name', 'flag', 'env'] as const) expect(new Set(serveOptions.map((spec) => spec[part])).size).toBe(serveOptions.length);
  });
});
