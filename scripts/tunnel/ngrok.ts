import { forward } from '@ngrok/ngrok';

/**
 * Opens a tunnel to a port of this machine, which lives as long as the process.
 *
 * @returns the public origin
 * @throws when ngrok refuses, such as for a wrong token
 */
export type OpenTunnel = (port: number, authtoken: string) => Promise<string>;

export const openNgrok: OpenTunnel = async (port, authtoken) => {
  const listener = await forward({ addr: port, authtoken });
  const url = listener.url();
  if (url === null) throw new Error('ngrok gave no address');
  return url;
};
