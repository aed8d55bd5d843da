import { isLoopbackHost } from '../../platform/loopback.js';
import { requestMcp, summary } from './request.js';
import { type Check, FatalProblem, Skipped } from './run.js';

const CERTIFICATE_FIXES: Record<string, string> = {
  CERT_HAS_EXPIRED: 'Renew the certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Use a certificate of a public authority; clients refuse self-signed ones',
  SELF_SIGNED_CERT_IN_CHAIN: 'Use a certificate of a public authority; clients refuse self-signed ones',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Serve the whole chain: the certificate and the intermediate ones',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'Serve the whole chain: the certificate and the intermediate ones',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Use a certificate that names this host',
};
const MAX_CLOCK_SKEW_S = 60;

/** Check that there is an MCP endpoint, and that it is reached without redirects. */
export const endpointChecks: Check[] = [
  {
    name: 'connection and TLS',
    async run(doctorRun) {
      const { protocol, hostname } = new URL(doctorRun.mcpUrl);
      try {
        doctorRun.first = await requestMcp(doctorRun.mcpUrl);
      } catch (error) {
        const { code = '', message = '' } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
        const fix = CERTIFICATE_FIXES[code] ?? 'Check the address, that the server runs, and the firewall';
        throw new FatalProblem({ problem: `Cannot connect: ${message || code}`, fix });
      }
      if (protocol === 'https:' || isLoopbackHost(hostname)) return [];
      return [
        {
          problem: 'The address is http: clients refuse to sign in over it',
          fix: 'Put TLS in front and use https',
        },
      ];
    },
  },
  {
    name: 'no redirect on POST',
    async run({ mcpUrl, first }) {
      if (first === undefined || first.status < 300 || first.status > 399) return [];
      const target = first.headers.get('location') ?? '';
      throw new FatalProblem({
        problem: `POST ${mcpUrl} is redirected (${first.status}) to ${target}; clients lose the request`,
        fix: 'Give clients the final address, and set PUBLIC_URL to it',
      });
    },
  },
  {
    name: 'host allowlist',
    async run({ first }) {
      if (first?.json?.['error'] !== 'host_not_allowed') return [];
      throw new FatalProblem({
        problem: 'The server does not answer to this host name',
        fix: 'Set PUBLIC_URL to this address, or add the host to ALLOWED_HOSTS; make the proxy pass on Host',
      });
    },
  },
  {
    name: 'an MCP endpoint',
    async run({ mcpUrl, first }) {
      if (first === undefined) return [];
      const challenged = first.status === 401;
      if (challenged || first.json?.['jsonrpc'] === '2.0') return [];
      throw new FatalProblem({
        problem: `This is not an MCP endpoint: POST ${mcpUrl} got ${summary(first)}`,
        fix: 'Check the path (usually /mcp), and that the proxy forwards POST to the server',
      });
    },
  },
  {
    name: 'trailing slash',
    async run({ mcpUrl, first }) {
      if (mcpUrl.endsWith('/')) return new Skipped('the address ends with a slash itself');
      const { status, ...answer } = await requestMcp(`${mcpUrl}/`);
      if (status === first?.status) return [];
      const problem = `With a slash at the end the answer is different: ${summary({ status, ...answer })}`;
      return [{ problem, fix: 'Forward /mcp/ like /mcp, without a redirect' }];
    },
  },
  {
    name: 'clock',
    async run({ first }) {
      const date = Date.parse(first?.headers.get('date') ?? '');
      if (Number.isNaN(date)) return new Skipped('the server sends no Date');
      const skew = Math.round((date - Date.now()) / 1000);
      if (Math.abs(skew) <= MAX_CLOCK_SKEW_S) return [];
      const problem = `The clocks of the server and of this machine differ by ${Math.abs(skew)} seconds`;
      return [{ problem, fix: 'Synchronize the clock (NTP): tokens would be expired, or not valid yet' }];
    },
  },
];
