import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { CallbackServer } from './callback-server.js';
import { ExampleOAuthProvider } from './oauth-provider.js';

/**
 * Runs a client's OAuth flow: the SDK discovers the server and registers, the user signs in, and this machine receives
 * the response.
 *
 * @param show opens the sign-in page for the user
 * @returns the provider a transport needs to connect as that user
 */
export async function signIn(
  url: URL,
  show: (target: URL) => void | Promise<void>,
): Promise<ExampleOAuthProvider> {
  const callback = await CallbackServer.start();
  const provider = new ExampleOAuthProvider(callback.url, show);
  const answer = callback.answer(provider.state());
  const transport = new StreamableHTTPClientTransport(url, { authProvider: provider });
  try {
    await new Client({ name: 'example', version: '1.0.0' }).connect(transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(await answer);
  } finally {
    callback.close();
  }
  return provider;
}
