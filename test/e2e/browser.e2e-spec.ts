import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBrowser, ScriptedPage } from './browser.js';
import type { Client } from './client.js';
import { checkInvariants } from './invariants.js';
import { PROJECT } from './launcher.js';
import { MEETING } from './recordings.js';
import { describeWith } from './requirements.js';
import { SPOKEN, type Stack, startStack } from './stack.js';

const run = promisify(execFile);
const BROWSER = findBrowser();
const NEEDS = 'needs Chromium (Debian: apt-get install chromium)';

/** What the page does; all of it over the client. */
const SCRIPT = `
import { ApiError, Steno } from './client/index.js';

async function act() {
  const { baseUrl, apiKey } = await (await fetch('/facts')).json();
  const steno = new Steno({ baseUrl, apiKey });
  const file = new File([await (await fetch('/meeting.opus')).arrayBuffer()], 'meeting.opus');
  const sent = [];
  const onProgress = ({ sentBytes, totalBytes }) => sent.push(sentBytes / totalBytes);
  const whole = await steno.audio.upload(file, { onProgress });
  const inParts = await steno.audio.upload(file, { onProgress, directBytes: 1 });
  const { id } = await steno.transcriptions.create({ audioId: inParts.id });
  const events = [];
  for await (const { type } of steno.transcriptions.follow(id)) events.push(type);
  const { text } = await steno.transcriptions.get(id);
  const srt = await steno.transcriptions.exportText(id, { format: 'srt' });
  const refusal = await new Steno({ baseUrl, apiKey: 'stn_no' }).audio.list().catch((error) => error);
  return {
    id, sent, names: [whole.name, inParts.name], events, text, srt,
    refused: [refusal instanceof ApiError, refusal.status, refusal.requestId !== undefined],
    isSecure: isSecureContext,
  };
}

act()
  .catch((error) => ({ error: String(error.stack) }))
  .then((report) => fetch('/report', { method: 'POST', body: JSON.stringify(report) }));
`;

describeWith(['postgres'], 'the client for TypeScript in a browser', () => {
  let stack: Stack | undefined;
  let page: ScriptedPage | undefined;
  let client: Client;
  let apiKey: string;

  const fileAt = (path: string): Uint8Array | string | undefined => {
    if (path === '/') return '<!doctype html><script type="module" src="/script.js"></script>';
    if (path === '/script.js') return SCRIPT;
    if (path === '/facts') return JSON.stringify({ baseUrl: stack?.origin, apiKey });
    if (path === '/meeting.opus') return readFileSync(MEETING);
    const built = join(stack?.files ?? '', path);
    return path.startsWith('/client/') && existsSync(built) ? readFileSync(built) : undefined;
  };

  beforeAll(async () => {
    if (BROWSER === undefined) return;
    page = await ScriptedPage.serve(BROWSER, fileAt);
    stack = await startStack({ env: { CORS_ORIGINS: page.origin } });
    client = await stack.client();
    ({ key: apiKey } = await client.steno.apiKeys.create({ name: 'Page', scopes: ['read', 'write'] }));
    const compiler = join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc');
    const project = join(PROJECT, 'clients', 'typescript', 'tsconfig.build.json');
    await run(process.execPath, [compiler, '-p', project, '--outDir', join(stack.files, 'client'), '--noCheck']);
  });
  afterAll(async () => {
    page?.stop();
    await stack?.stop();
  });

  (BROWSER === undefined ? it.skip : it)(`sends, orders, follows and reads from another origin (${NEEDS})`, async () => {
    const report = (await page?.visit()) as { id: string };
    expect(report).toEqual({
      id: expect.any(String),
      sent: [0, 1, 0, 1],
      names: ['meeting.opus', 'meeting.opus'],
      events: expect.arrayContaining(['progress', 'completed']),
      text: SPOKEN,
      srt: expect.stringMatching(/^1\n00:00:/),
      refused: [true, 401, true],
      isSecure: false,
    });
    client.accepted.add(report.id);
    if (stack !== undefined) await checkInvariants(stack);
  });
});
