/** What a refusal looks like: a code, structured data, and a text that never repeats the payload. */
import { loadModel, ModelError } from '../src/index.ts'; // in your project: from 'mlmodel'

const model = await loadModel(new URL('wine-quality', import.meta.url).pathname);
try {
  await model.predict([{ fixed_acidity: 'a lot', alcohol: 11.8 }]);
} catch (error) {
  if (!ModelError.isInstance(error)) throw error;
  console.log(error.code, error.status);
  console.log(error.message);
  console.log(error.toJSON());
}
await model.close();
