/** Score rows with a model folder, with no Python: run `node examples/score.ts` from the repository's root. */
import { loadModel } from '../src/index.ts'; // in your project: from 'mlmodel'

const model = await loadModel(new URL('wine-quality', import.meta.url).pathname);
console.log('inputs:', model.signature?.inputs?.inputNames().join(', '));

const wines = [
  { fixed_acidity: 7.6, volatile_acidity: 0.364, citric_acid: 0.45, residual_sugar: 5.9, chlorides: 0.045, free_sulfur_dioxide: 28, total_sulfur_dioxide: 147, density: 0.9988, ph: 3.24, sulphates: 0.42, alcohol: 11.8 },
  { fixed_acidity: 8.2, volatile_acidity: 0.504, citric_acid: 0.43, residual_sugar: 4.9, chlorides: 0.078, free_sulfur_dioxide: 26, total_sulfur_dioxide: 145, density: 0.9977, ph: 3.29, sulphates: 0.64, alcohol: 8.9 },
];
console.log('quality:', await model.predict(wines));

// Columns of typed arrays are the fastest way in; they are judged by type, not converted.
const columns = Object.fromEntries(Object.keys(wines[0] ?? {}).map((name) => [name, Float64Array.from(wines, (wine) => wine[name as keyof typeof wine])]));
console.log('again:', await model.predict(columns));

// The leaf each tree ends in, as XGBoost's pred_leaf.
console.log('leaves:', await model.predict(wines, { output: 'leaf' }));
await model.close();
