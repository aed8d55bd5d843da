/** The kinds of clients a log line tells apart, each with what its `User-Agent` looks like. The first match counts. */
const FAMILIES = [
  ['claude', /\bclaude|anthropic/i],
  // Before `chatgpt`, since both are by OpenAI.
  ['codex', /\bcodex/i],
  ['chatgpt', /chatgpt|openai/i],
  ['connext', /\bconnext/i],
  // Not the phones of that name.
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

/** The longest `User-Agent` that is looked at. */
const MAX_LENGTH = 500;

type ClientFamily = (typeof FAMILIES)[number][0] | 'other' | 'none';

/**
 * The kind of client a request comes from, by its `User-Agent`. One of a small fixed set, whatever was sent, so that log
 * lines can be counted by it. Anybody can send any name: good for a log, never for a decision.
 */
export function clientFamily(userAgent: string | undefined): ClientFamily {
  if (userAgent === undefined || userAgent === '') return 'none';
  const text = userAgent.slice(0, MAX_LENGTH);
  return FAMILIES.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}
