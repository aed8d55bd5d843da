import type { RequestListener } from 'node:http';
import { Agent, type AgentOptions, createServer, type RequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { generate } from 'selfsigned';
import type { Client } from '../../../src/platform/oauth/clients/client.js';
import type { ClientDocuments } from '../../../src/platform/oauth/clients/client-documents.js';
import { closeServer, listenLocally } from '../app/port.js';
import { CALLBACK } from './oauth.js';

export const DOCUMENT_HOST = 'client.example.test';
export const DOCUMENT_URL = `https://${DOCUMENT_HOST}/oauth/client.json`;

/** Makes a correct document, with changes. */
export function clientDocument(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    client_id: DOCUMENT_URL,
    client_name: 'Documented client',
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'none',
    ...changes,
  };
}

/** Reaches the test host whatever the name resolves to, and trusts its certificate. Checks the rest of TLS. */
class HostAgent extends Agent {
  constructor(
    options: AgentOptions,
    private readonly hostPort: number,
    private readonly isCut: (name: string) => boolean,
  ) {
    super(options);
  }

  override createConnection(...[options, callback]: Parameters<Agent['createConnection']>) {
    // Nothing listens on port 1.
    const port = this.isCut(String(options.host)) ? 1 : this.hostPort;
    const target: RequestOptions = { ...options, host: '127.0.0.1', port };
    return super.createConnection(target, callback);
  }
}

export interface DocumentHost {
  agent: Agent;
  port: number;
  /** The certificate to trust, as PEM. */
  certificate: string;
  /** The paths requested so far. */
  requests: string[];
  /** Counts the connections so far, with or without a request. */
  connections: () => number;
  /** Decides which names cannot be reached from now on. */
  cut: (isCut: (name: string) => boolean) => void;
  /** Sets the answer from now on. */
  answer: (listener: RequestListener) => void;
  /** Serves a document as JSON from now on. */
  serve: (document: unknown, headers?: Record<string, string>) => void;
  stop: () => Promise<void>;
}

/** Starts a TLS host on this machine under these names. */
export async function startDocumentHost(...names: string[]): Promise<DocumentHost> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: DOCUMENT_HOST }], {
    keySize: 2048,
    extensions: [
      { name: 'subjectAltName', altNames: [DOCUMENT_HOST, ...names].map((value) => ({ type: 2, value })) },
    ],
  });
  let listener: RequestListener = (_req, res) => void res.writeHead(404).end();
  let connections = 0;
  let isCut = (_name: string) => false;
  const requests: string[] = [];
  const server = createServer({ key, cert }, (req, res) => {
    requests.push(req.url ?? '');
    listener(req, res);
  });
  server.on('connection', () => {
    connections += 1;
  });
  const port = await listenLocally(server);
  const host: DocumentHost = {
    agent: new HostAgent({ ca: cert }, port, (name) => isCut(name)),
    port,
    certificate: cert,
    requests,
    connections: () => connections,
    cut(next) {
      isCut = next;
    },
    answer(next) {
      listener = next;
    },
    serve(document, headers = {}) {
      listener = (_req, res) => {
        res.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(document));
      };
    },
    stop: () => closeServer(server),
  };
  host.serve(clientDocument());
  return host;
}

/** Loads a document without a rate limit. */
export function load(documents: ClientDocuments, url = DOCUMENT_URL): Promise<Client> {
  return documents.load(url, async () => {});
}

/** Makes a resolver that returns these addresses for every name. */
export function resolvesTo(...addresses: string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_hostname, options, callback) => {
    if (options.all) callback(null, all);
    else callback(null, all[0]?.address ?? '', all[0]?.family);
  };
}
