/** A model inside your own HTTP service: one route among yours. Starts, asks itself once, stops. */
import { createServer } from 'node:http';
import { loadModel, ModelError } from '../src/index.ts'; // in your project: from 'mlmodel'

const model = await loadModel(new URL('wine-quality', import.meta.url).pathname);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const answer = (status: number, body: unknown): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    Promise.resolve().then(() => model.predict([JSON.parse(Buffer.concat(chunks).toString())]))
      .then((quality) => answer(200, { quality: (quality as { values: Float32Array }).values[0] }))
      .catch((error: unknown) => (ModelError.isInstance(error) ? answer(error.status, error.toJSON()) : answer(400, { message: 'not JSON' })));
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address(), port = typeof address === 'object' && address ? address.port : 0;

const wine = { fixed_acidity: 7.6, volatile_acidity: 0.364, citric_acid: 0.45, residual_sugar: 5.9, chlorides: 0.045, free_sulfur_dioxide: 28, total_sulfur_dioxide: 147, density: 0.9988, ph: 3.24, sulphates: 0.42, alcohol: 11.8 };
for (const body of [wine, { ...wine, alcohol: 'strong' }]) {
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: JSON.stringify(body) });
  console.log(response.status, await response.json());
}
server.close();
await model.close();
