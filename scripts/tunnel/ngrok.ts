import { forward } from '@ngrok/ngrok';

/**
 * Opens a tunnel to a local port. It stays open as long as the process runs.
 *
 * @returns the public origin
 * @throws when ngrok refuses, for example because the token is wrong
 */
export type OpenTunnel = (port: number, authtoken: string) => Promise<string>;

export const openNgrok: OpenTunnel = async (port, authtoken) => {
  const listener = await forward({ addr: port, authtoken });
  const url = listener.url();
  if (url === null) throw new Error('ngrok returned no address');
  return url;
};
