import { remember } from './remember.js';

/** The client families that log lines distinguish, each with a pattern for its `User-Agent`. The first match wins. */
const FAMILIES = [
  ['claude', /\bclaude|anthropic/i],
  // Before `chatgpt`, because Codex may also name OpenAI.
  ['codex', /\bcodex/i],
  ['chatgpt', /chatgpt|openai/i],
  ['connext', /\bconnext/i],
  // Not Nexus phones.
  ['nexus', /\bnexus(?! \d)/i],
  ['cursor', /\bcursor\b/i],
  ['vscode', /\bvscode|visual[ -]studio[ -]code|github-?copilot/i],
  ['gemini', /\bgemini/i],
  ['python-mcp', /python|httpx|aiohttp|fastmcp/i],
  ['typescript-mcp', /^(node|bun|deno)\b|undici|node-fetch|axios|modelcontextprotocol|mcp-remote/i],
  ['go', /^go-|mcp-go/i],
  ['java', /\bjava\b|okhttp|reactornetty|apache-httpclient/i],
  ['rust', /reqwest|\bhyper\b|\brmcp/i],
  ['curl', /^curl\b/i],
  ['browser', /^mozilla\//i],
] as const;

/** How many characters of a `User-Agent` are examined. */
const MAX_LENGTH = 500;

type ClientFamily = (typeof FAMILIES)[number][0] | 'other' | 'none';

/**
 * Returns the family of the client that sent a request, judging by its `User-Agent`. The result is always one of a
 * small fixed set, so log lines can be grouped by it. Clients can send anything, so never base a decision on it.
 */
export function clientFamily(userAgent: string | undefined): ClientFamily {
  if (userAgent === undefined || userAgent === '') return 'none';
  return familyOf(userAgent.slice(0, MAX_LENGTH));
}

const familyOf = remember((text) => FAMILIES.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other');
