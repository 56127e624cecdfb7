/** XGBoost models in memory. */
import type { FlavorContext } from '../../src/flavors/_contract.ts';
import { Model } from '../../src/mlmodel/model.ts';

/** What the flavor is given for a model file of these bytes, named without an extension. */
export function memoryContext(bytes: Uint8Array, config: Readonly<Record<string, string>> = { model_class: 'xgboost.sklearn.XGBClassifier', xgb_version: '3.2.0' }): FlavorContext {
  const flavor = { data: 'model', ...config };
  return {
    files: {
      name: 'memory',
      read: () => Promise.resolve(bytes),
      list: () => Promise.resolve(['model']),
      stat: () => Promise.resolve({ size: bytes.length }),
    },
    config: flavor,
    model: new Model({ flavors: { xgboost: flavor } }),
  };
}
