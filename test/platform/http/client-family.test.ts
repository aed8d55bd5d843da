import { expect, it } from 'vitest';
import { clientFamily } from '../../../src/platform/http/client-family.js';

it.each([
  ['claude-code/2.1.204 (cli)', 'claude'],
  ['Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Claude-User/1.0)', 'claude'],
  ['openai-mcp/1.0.0 (Responses API)', 'chatgpt'],
  ['codex-mcp-client/0.151.0', 'codex'],
  ['connext/2.0', 'connext'],
  ['Nexus/1.4', 'nexus'],
  ['Mozilla/5.0 (Linux; Android 6.0; Nexus 5) AppleWebKit/537.36', 'browser'],
  ['Mozilla/5.0 (Macintosh) Cursor/1.2 Electron/34', 'cursor'],
  ['Visual-Studio-Code/1.101', 'vscode'],
  ['GeminiCLI/0.9 (linux; x64)', 'gemini'],
  ['python-httpx/0.27.0', 'python-mcp'],
  ['node', 'typescript-mcp'],
  ['Go-http-client/2.0', 'go'],
  ['Java-http-client/21.0.2', 'java'],
  ['reqwest/0.12', 'rust'],
  ['curl/8.5.0', 'curl'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 'browser'],
  ['something else', 'other'],
  ['x'.repeat(10_000), 'other'],
  ['', 'none'],
  [undefined, 'none'],
])('%.60s belongs to the family %s', (userAgent, family) => {
  expect(clientFamily(userAgent)).toBe(family);
});
