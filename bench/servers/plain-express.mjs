/** What Express costs alone: reads JSON, answers JSON. Everything else is measured against it. */
import express from 'express';
import { answerTo } from './roll-dice.mjs';

express()
  .use(express.json())
  .post('/mcp', (req, res) => {
    res.json(answerTo(req.body));
  })
  .listen(Number(process.env.PORT), '127.0.0.1');
