/** The process of people who sign in at once, again and again, between `begin` and `end`. */
import { signInForTokens } from '../../test/support/oauth/oauth.js';

const [url = '', password = '', ...people] = process.argv.slice(2);
let isOver = true;
let count = 0;

async function work(username: string): Promise<void> {
  while (!isOver) {
    await signInForTokens(url, { username, password });
    count += 1;
  }
}

process.on('message', (message: 'begin' | 'end') => {
  isOver = message === 'end';
  if (isOver) return;
  count = 0;
  const began = performance.now();
  void Promise.all(people.map(work)).then(
    () => process.send?.({ perSecond: (count * 1000) / (performance.now() - began) }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
