/**
 * A public address for a test, in a minute.
 *
 *   npm run tunnel                                        through ngrok, with NGROK_AUTHTOKEN
 *   npm run tunnel -- --url https://x.trycloudflare.com   through a tunnel that runs already
 */
import { openNgrok } from './ngrok.js';
import { runTunnel } from './run.js';

await runTunnel(process.argv.slice(2), openNgrok);
