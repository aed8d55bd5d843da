/**
 * Starts the server with a public address, for tests.
 *
 *   npm run tunnel                                        through ngrok, with NGROK_AUTHTOKEN
 *   npm run tunnel -- --url https://x.trycloudflare.com   through a tunnel that is already running
 */
import { openNgrok } from './ngrok.js';
import { runTunnel } from './run.js';

await runTunnel(process.argv.slice(2), openNgrok);
