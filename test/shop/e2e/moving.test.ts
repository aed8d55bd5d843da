import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectModern } from '../../support/app/clients.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { runProgram } from '../../support/programs/program.js';
import { startExample } from '../../support/programs/server.js';

describe.skipIf(postgresProgram === undefined)('the shop', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  it('moves to PostgreSQL with its products, and with an order as it was left', async () => {
    const call = (name: string, args: Record<string, unknown>) => ({ name, arguments: args });
    const cancel = call('cancel_order', { order_id: 'ORD-1007', confirm: true });
    const before = await startExample();
    const on = await connectModern(before.mcpUrl);
    expect(await on.callTool(cancel)).toMatchObject({ structuredContent: { outcome: 'cancelled' } });
    const lamp = await on.callTool(call('get_product_info', { product_id: 'lamp-arc' }));
    await on.close();

    // While the server is running, and its last changes are still in the log beside the file.
    const cli = join(import.meta.dirname, '../../../dist/commands/cli.js');
    const copied = await runProgram([cli, 'db', 'copy', '--from', before.databaseUrl, '--to', postgres.url]);
    expect(copied).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^orders +\d+$/m) });
    await before.stop();

    const after = await startExample({ DATABASE_URL: postgres.url });
    const client = await connectModern(after.mcpUrl);
    expect(await client.callTool(cancel)).toMatchObject({
      structuredContent: { outcome: 'already_cancelled' },
    });
    expect(await client.callTool(call('get_product_info', { product_id: 'lamp-arc' }))).toEqual(lamp);
    await client.close();
    await after.stop();
  });
});
