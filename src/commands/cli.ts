import server from '../server.js';
import { runCli } from './cli/program.js';

process.exitCode = await runCli(server);
