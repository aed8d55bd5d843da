import { request } from './request.js';
import { type Check, endpoint, isOwn, type Problem, Skipped } from './run.js';

/** The documents of clients that do not register instead when the server cannot fetch them: Claude Code and Codex. */
const DOCUMENTS = [
  'https://claude.ai/oauth/claude-code-client-metadata',
  'https://chatgpt.com/oauth/codex/client.json',
];

/** Check that the server can use the documents it invites clients to use. */
export const documentChecks: Check[] = [
  {
    name: 'client documents',
    async run(doctorRun) {
      const url = endpoint(doctorRun, 'authorization_endpoint');
      if (url === undefined) return new Skipped('there is no metadata');
      if (!isOwn(doctorRun, url)) return new Skipped('they are the concern of the identity provider');
      // Otherwise clients register, and another check looks at that.
      if (doctorRun.serverMetadata?.['client_id_metadata_document_supported'] !== true) return [];
      const problems: Problem[] = [];
      for (const document of DOCUMENTS) {
        // Only the server knows what it can reach, so it is asked to begin a sign-in as this client. The request lacks
        // what makes it valid, and nothing is stored.
        const answer = await request(`${url}?${new URLSearchParams({ client_id: document })}`);
        if (answer.status === 429) return new Skipped('too many requests from here');
        // The page of a document that could not be fetched names the setting.
        if (!answer.text.includes('CLIENT_DOCUMENTS')) continue;
        const { hostname } = new URL(document);
        problems.push({
          problem: `The server invites clients to use documents, but cannot reach ${hostname}: its client cannot connect`,
          fix: `Allow outbound https from the server to ${hostname}, or set CLIENT_DOCUMENTS=off so that clients register`,
          warning: true,
        });
      }
      return problems;
    },
  },
];
