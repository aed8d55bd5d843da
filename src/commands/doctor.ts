import { readFile } from 'node:fs/promises';
import { Command, CommanderError } from 'commander';
import { corsChecks } from './doctor/cors.js';
import { discoveryChecks } from './doctor/discovery.js';
import { documentChecks } from './doctor/documents.js';
import { endpointChecks } from './doctor/endpoint.js';
import { firewallChecks } from './doctor/firewall.js';
import { type Outcome, runChecks } from './doctor/run.js';
import { signInChecks } from './doctor/sign-in.js';
import { streamChecks } from './doctor/streams.js';

/** In the order a client would run into them. */
const checks = [
  ...endpointChecks,
  ...discoveryChecks,
  ...firewallChecks,
  ...signInChecks,
  ...documentChecks,
  ...corsChecks,
  ...streamChecks,
];

const program = new Command('doctor')
  .description('Follows the same steps as a client, and names the fix for everything that would go wrong.')
  .argument('<url>', 'the address of the server; /mcp is added when there is no path')
  .option('--token-file <file>', 'a file with a static token, for the checks that need to be signed in')
  .option('--json', 'answer as JSON, for scripts')
  .addHelpText('after', '\nExit codes: 0 no problem (there may be warnings), 1 problems, 2 not a command.')
  .exitOverride()
  .action(run);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

async function run(address: string, options: { tokenFile?: string; json?: boolean }): Promise<void> {
  const mcpUrl = endpointOf(address);
  const token = options.tokenFile && (await readToken(options.tokenFile));
  if (!options.json) console.log(`Checking ${mcpUrl}\n`);
  const outcomes = await runChecks(
    { mcpUrl, token: token || undefined },
    checks,
    options.json ? () => {} : printOutcome,
  );
  const problems = outcomes.flatMap((outcome) => outcome.problems).length;
  const warnings = outcomes.flatMap((outcome) => outcome.warnings).length;
  if (options.json)
    console.log(JSON.stringify({ url: mcpUrl, problems, warnings, checks: outcomes }, null, 2));
  else console.log(`\n${problems === 0 ? 'No problems.' : `${problems} problem${problems > 1 ? 's' : ''}.`}`);
  process.exitCode = problems === 0 ? 0 : 1;
}

function endpointOf(address: string): string {
  if (!URL.canParse(address) || !/^https?:/.test(address)) {
    program.error(`error: ${address} is not an address, such as https://mcp.example.com`);
  }
  const url = new URL(address);
  return url.pathname === '/' ? `${url.origin}/mcp` : `${url.origin}${url.pathname}`;
}

async function readToken(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => program.error(`error: ${file} cannot be read`));
  return text.trim();
}

function printOutcome({ check, status, problems, warnings, reason }: Outcome): void {
  if (status === 'ok') console.log(`ok       ${check}`);
  else if (status === 'skipped') console.log(`skipped  ${check}: ${reason}`);
  for (const { problem, fix } of problems) {
    console.log(`PROBLEM  ${check}: ${problem}\n         Fix: ${fix}.`);
  }
  for (const { problem, fix } of warnings) {
    console.log(`warning  ${check}: ${problem}\n         Unless this is intentional: ${fix}.`);
  }
}
