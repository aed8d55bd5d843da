/** The least that Node can do: reads JSON, answers JSON. */
import { createServer } from 'node:http';
import { answerTo } from './roll-dice.mjs';

createServer((req, res) => {
  let text = '';
  req.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  req.on('end', () => {
    const body = JSON.stringify(answerTo(JSON.parse(text)));
    res
      .writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
      .end(body);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
