/** `npm run tunnel` with a stand-in for ngrok, whose answer is in TUNNEL_URL; without one it refuses as ngrok does. */
import { runTunnel } from '../../scripts/tunnel/run.js';

await runTunnel(process.argv.slice(2), async (port, authtoken) => {
  console.log(`tunnel to ${port} with ${authtoken}`);
  const url = process.env['TUNNEL_URL'];
  if (url === undefined) throw new Error('ERR_NGROK_105: invalid token\nwith a long explanation');
  return url;
});
