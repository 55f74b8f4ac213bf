import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { run } from '../program.ts';
import { scriptedWorld } from '../world.fixture.ts';

/** A server that takes recordings and orders, and gives what was asked before under the same key the same answer. */
class TwinlessServer {
  readonly orders: unknown[] = [];
  uploads = 0;
  /** A route that is refused once, before it takes effect. */
  refused: { path: string; code: string } | undefined;
  private readonly answers = new Map<string, { body: string; answer: unknown }>();

  readonly fetch: typeof fetch = async (input, { method = 'GET', headers, body } = {}) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const { refused } = this;
    if (refused?.path === pathname) {
      this.refused = undefined;
      return Response.json({ status: 404, code: refused.code }, { status: 404 });
    }
    if (method === 'POST') return this.keyed(pathname, new Headers(headers).get('idempotency-key') ?? '', await textOf(body));
    if (pathname.endsWith('/events')) return new Response(null, { status: 204 });
    if (pathname.endsWith('/export')) return new Response('Hello.');
    return Response.json({ id: 't1', status: 'completed' });
  };

  private keyed(path: string, key: string, body: string): Response {
    const before = this.answers.get(key);
    if (before !== undefined && before.body !== body) return Response.json({ code: 'idempotency_key_reused' }, { status: 422 });
    const answer = before?.answer ?? this.make(path, body);
    this.answers.set(key, { body, answer });
    return Response.json(answer, { status: 201 });
  }

  private make(path: string, body: string): unknown {
    if (path.endsWith('/transcriptions')) return { id: `t${this.orders.push(JSON.parse(body))}` };
    const sha256 = createHash('sha256')
      .update(body.split('\n')[1] ?? '')
      .digest('hex');
    return { id: `r${(this.uploads += 1)}`, sha256 };
  }
}

async function textOf(body: unknown): Promise<string> {
  if (!(body instanceof FormData)) return String(body);
  const file = body.get('file') as File;
  return `${file.name}\n${await file.text()}`;
}

describe('watching a folder', () => {
  const { fetch } = globalThis;
  let home: string;
  let inbox: string;
  let server: TwinlessServer;

  const watch = async (...options: string[]): Promise<{ code: ExitCode; lines: string[] }> => {
    const env = { XDG_CONFIG_HOME: home, XDG_STATE_HOME: home, STENO_URL: 'https://steno.example.com', STENO_API_KEY: 'stn_key' };
    const world = scriptedWorld(env, { cwd: home });
    const code = await run(['watch', inbox, '--once', '--settle', '0.01', ...options], world);
    return { code, lines: world.err().trim().split('\n') };
  };

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'steno-cli-'));
    inbox = join(home, 'inbox');
    mkdirSync(inbox);
    writeFileSync(join(inbox, 'a.wav'), 'sound');
    server = new TwinlessServer();
    globalThis.fetch = server.fetch;
  });
  afterEach(() => {
    globalThis.fetch = fetch;
    rmSync(home, { recursive: true, force: true });
  });

  const journal = (): string => {
    const folder = join(home, 'steno');
    return join(folder, readdirSync(folder).find((name) => name.startsWith('watch-')) ?? '');
  };
  /** Lines of the memory: which folder it is of, what the file holds, that it was sent, that it was ordered, that it is done. */
  const remembered = (): string[] => readFileSync(journal(), 'utf8').split('\n').filter(Boolean);

  it.each([1, 2, 3, 4, 5])('orders a recording once when it is killed after line %d of its memory', async (kept) => {
    expect(await watch()).toEqual({ code: EXIT.ok, lines: ['a.wav: ordered (t1)', `a.wav: done (${join(inbox, 'a.txt')})`] });
    const whole = remembered();
    expect(whole).toHaveLength(5);
    writeFileSync(journal(), `${whole.slice(0, kept).join('\n')}\n${whole[kept]?.slice(0, 9) ?? ''}`);
    // What was sent may have another name by then, and other things may be wished for.
    if (kept > 2) renameSync(join(inbox, 'a.wav'), join(inbox, 'b.wav'));
    expect(await watch(...(kept > 2 ? ['--language', 'de'] : []))).toMatchObject({ code: EXIT.ok });
    expect([server.uploads, server.orders]).toEqual([1, [{ audioId: 'r1' }]]);
    expect(remembered().join()).toContain('"state":"done"');
  });

  it('sends a recording again that was deleted before it could be ordered', async () => {
    server.refused = { path: '/api/v1/transcriptions', code: 'quota_exceeded' };
    expect(await watch()).toMatchObject({ code: EXIT.notFound });
    writeFileSync(journal(), remembered().slice(0, 3).join('\n'));
    server.refused = { path: '/api/v1/transcriptions', code: 'audio_not_found' };
    expect(await watch()).toMatchObject({ code: EXIT.ok });
    expect(server.orders).toEqual([{ audioId: 'r2' }]);
  });

  it('knows a copy that comes side by side', async () => {
    writeFileSync(join(inbox, 'b.wav'), 'sound');
    const { lines } = await watch();
    expect(lines.map((line) => line.replace(/^[ab]\.wav: (\w+) .*/, '$1'))).toEqual(['ordered', 'done', 'known']);
    expect(server.orders).toHaveLength(1);
  });
});
