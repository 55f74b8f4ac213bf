import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';

const HERE = import.meta.dirname;
const run = promisify(execFile);

/** What `npm test` has not found; a strict run ends before. */
const isMissing = (process.env['STENO_TEST_MISSING'] ?? '').split(',').includes('python');

/** A webhook as a sender by the standard signs it. */
function signedWebhook(): string {
  const secret = `whsec_${Buffer.from('a secret of some length, as it should be').toString('base64')}`;
  const body = JSON.stringify({ id: 'evt_1', type: 'transcription.completed', timestamp: '2026-11-22T09:00:00Z', data: {} });
  const at = new Date();
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
  };
  return JSON.stringify({ secret, body, headers });
}

(isMissing ? describe.skip : describe)('the Python client', () => {
  it('passes its own tests', async () => {
    const { stderr } = await run('python3', ['-W', 'error', '-m', 'unittest', 'tests.test_client'], {
      cwd: HERE,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        PYTHONDONTWRITEBYTECODE: '1',
        STENO_TEST_WEBHOOK: signedWebhook(),
      },
    });
    expect(stderr).toMatch(/Ran \d{2} tests[^]*OK\n$/);
  });

  it('can be compiled, every file of it', async () => {
    const script =
      'import ast, pathlib, sys; [ast.parse(p.read_text(), str(p), feature_version=(3, 9)) for p in pathlib.Path(sys.argv[1]).rglob("*.py")]';
    await run('python3', ['-c', script, join(HERE, 'steno')]);
  });
});
