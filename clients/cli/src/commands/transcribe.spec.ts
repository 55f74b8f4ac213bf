import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { run } from '../program.ts';
import { scriptedWorld } from '../world.fixture.ts';

const LINK = 'https://radio.example.com/latest.mp3';

describe('transcribing a link', () => {
  const { fetch } = globalThis;
  const imports: unknown[] = [];
  /** What the server says of an import. */
  let state: object;
  let home: string;
  let interrupt: AbortController;

  const transcribe = async (): Promise<{ code: ExitCode; err: string }> => {
    const env = { XDG_CONFIG_HOME: home, XDG_STATE_HOME: home, STENO_URL: 'https://steno.example.com', STENO_API_KEY: 'stn_key' };
    interrupt = new AbortController();
    const world = scriptedWorld(env, { signal: interrupt.signal });
    return { code: await run(['transcribe', LINK, '--no-wait'], world), err: world.err() };
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'steno-cli-'));
    imports.length = 0;
    state = { id: 'u1', audioId: null, finishedAt: null };
    globalThis.fetch = async (input, { body } = {}) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      if (pathname.endsWith('/import')) return Response.json({ id: `u${imports.push(body)}` }, { status: 202 });
      if (pathname.includes('/uploads/')) return Response.json(state);
      return Response.json({ id: pathname.endsWith('/transcriptions') ? 't1' : 'r1', status: 'queued' });
    };
  });
  afterEach(() => {
    globalThis.fetch = fetch;
    rmSync(home, { recursive: true });
  });

  const interrupted = async (): Promise<string> => {
    const answer = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const response = await answer(input, init);
      if (imports.length > 0) interrupt.abort(new DOMException('Interrupted', 'AbortError'));
      return response;
    };
    const { code, err } = await transcribe();
    globalThis.fetch = answer;
    expect(code).toBe(EXIT.interrupted);
    return err;
  };

  it('that was interrupted says how to go on, and goes on', async () => {
    expect(await interrupted()).toMatch(/latest\.mp3: interrupted\n[^]*Later: the same command goes on with u1,/);
    state = { id: 'u1', audioId: 'r1', finishedAt: new Date().toISOString() };
    expect(await transcribe()).toMatchObject({ code: EXIT.ok });
    expect(imports).toHaveLength(1);
    expect(await transcribe()).toMatchObject({ code: EXIT.ok });
    expect(imports).toHaveLength(2);
  });

  it.each([
    ['came to nothing', { id: 'u1', audioId: null, finishedAt: new Date().toISOString(), error: { detail: 'No.' } }],
    ['gave what may be out of date', { id: 'u1', audioId: 'r1', finishedAt: new Date(0).toISOString() }],
  ])('is fetched anew when the import before %s', async (_, before) => {
    await interrupted();
    state = before;
    await transcribe();
    expect(imports).toHaveLength(2);
  });
});
