/** The floor: node:http that parses the same JSON and answers one number a row. Usage: bare-node.ts PORT */
import { createServer } from 'node:http';

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { dataframe_split: { data: number[][] } };
    const text = JSON.stringify({ predictions: body.dataframe_split.data.map((row) => ((row[0] ?? 0) > 0 ? 1 : 0)) });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
