import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ApiError,
  ConnectionError,
  ImportFailedError,
  type Transcription,
  TranscriptionFailedError,
  UnfinishedError,
  type Upload,
} from './client.ts';
import { clock } from './commands/transcripts.ts';
import { EXIT, exitCodeOf, exitCodeOfAll, Refusal } from './exit-codes.ts';
import { run } from './program.ts';
import { progressView } from './progress-view.ts';
import { toServer } from './session.ts';
import { findSources } from './sources.ts';
import { mayPass } from './transcriber.ts';
import { scriptedWorld } from './world.fixture.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'steno-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const world = (options?: Parameters<typeof scriptedWorld>[1]): ReturnType<typeof scriptedWorld> =>
  scriptedWorld({ XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder }, { cwd: folder, ...options });

describe('exit codes', () => {
  const failed = { id: 't1', status: 'failed', error: { code: 'x', detail: 'No.' } } as Transcription;

  it.each([
    [new Refusal('No.'), EXIT.usage],
    [new ApiError(401, {}), EXIT.access],
    [new ApiError(403, {}), EXIT.access],
    [new ApiError(404, {}), EXIT.notFound],
    [new ApiError(422, {}), EXIT.refused],
    [new ApiError(429, {}), EXIT.limit],
    [new ApiError(503, {}), EXIT.unavailable],
    [new ConnectionError('Gone.'), EXIT.unavailable],
    [new TranscriptionFailedError(failed), EXIT.refused],
    [new ImportFailedError({ id: 'u1', status: 'failed', error: null } as Upload), EXIT.refused],
    [new UnfinishedError('t1', 'timeout', undefined), EXIT.unfinished],
    [new UnfinishedError('t1', 'aborted', undefined), EXIT.interrupted],
    [new UnfinishedError('t1', 'failure', new ApiError(401, {})), EXIT.access],
    [new DOMException('Interrupted', 'AbortError'), EXIT.interrupted],
    [new Error('Whatever.'), EXIT.failure],
  ])('of %s', (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });

  it('of many are theirs when they agree', () => {
    expect(exitCodeOfAll([])).toBe(EXIT.ok);
    expect(exitCodeOfAll([new ApiError(429, {}), new ApiError(429, {})])).toBe(EXIT.limit);
    expect(exitCodeOfAll([new ApiError(429, {}), new ApiError(404, {})])).toBe(EXIT.failure);
    expect(exitCodeOfAll([new ApiError(429, {}), new DOMException('', 'AbortError')])).toBe(EXIT.interrupted);
  });
});

describe('what is tried again', () => {
  it.each([
    [new ConnectionError('Gone.'), true],
    [new ApiError(503, {}), true],
    [new ApiError(422, {}), false],
    [new ApiError(409, { code: 'idempotency_in_progress' }), true],
    [new TranscriptionFailedError({ id: 't1', status: 'cancelled', error: null } as Transcription), false],
    [new UnfinishedError('t1', 'failure', new ApiError(404, {})), false],
    [new UnfinishedError('t1', 'failure', new ApiError(503, {})), true],
    [new UnfinishedError('t1', 'timeout', undefined), true],
  ])('%s: %s', (error, again) => {
    expect(mayPass(error)).toBe(again);
  });
});

describe('a command line', () => {
  it.each([
    [['transcribe'], EXIT.usage, /missing required argument/],
    [['transcribe', 'a.wav', '--format', 'mp3'], EXIT.usage, /Allowed choices/],
    [['transcribe', 'a.wav', '--parallel', '0'], EXIT.usage, /whole number/],
    [['nothing'], EXIT.usage, /unknown command/],
    [['transcribe', 'nowhere.wav'], EXIT.usage, /nowhere\.wav is not there/],
    [['watch', 'nowhere'], EXIT.usage, /is no folder/],
    [['list'], EXIT.access, /steno login/],
    [['login', '--server', 'https://'], EXIT.usage, /no address/],
  ])('%j ends with %d', async (args, code, message) => {
    const here = world();
    expect(await run(args, here)).toBe(code);
    expect(here.err()).toMatch(message);
    expect(here.out()).toBe('');
  });

  it('helps', async () => {
    const here = world();
    expect(await run(['--help'], here)).toBe(EXIT.ok);
    expect(here.out()).toMatch(/watch .*folder[^]*Exit codes: 0 done/);
  });

  it('goes to no other server with the key of the last login', async () => {
    mkdirSync(join(folder, 'steno'), { recursive: true });
    const file = join(folder, 'steno', 'config.json');
    writeFileSync(file, JSON.stringify({ server: 'https://mine.example.com', apiKey: 'stn_secret' }));
    const here = world();
    expect(await run(['--server', 'https://other.example.com', 'list'], here)).toBe(EXIT.access);
    expect(here.err()).toMatch(/No key for https:\/\/other/);
    writeFileSync(file, '{"server":');
    const there = world();
    expect(await run(['list'], there)).toBe(EXIT.usage);
    expect(there.err()).toMatch(/cannot be read as JSON/);
    rmSync(file);
  });
});

describe('sources', () => {
  it('are files, links, and the recordings in folders', async () => {
    mkdirSync(join(folder, 'sound', 'deep'), { recursive: true });
    for (const name of ['b.MP3', 'a.wav', 'notes.txt', '.hidden.wav', 'deep/c.opus'])
      writeFileSync(join(folder, 'sound', name), '');
    const sources = await findSources(['sound', 'sound/notes.txt', 'https://example.com/x/My%20talk.mp3?sig=1'], folder);
    expect(sources.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'file a.wav',
      'file b.MP3',
      'file c.opus',
      'file notes.txt',
      'url My talk.mp3',
    ]);
    mkdirSync(join(folder, 'empty'));
    await expect(findSources(['empty'], folder)).rejects.toThrow(/holds no recording/);
  });
});

describe('what people read', () => {
  it('names servers as they are meant', () => {
    expect(toServer('steno.example.com/')).toBe('https://steno.example.com');
    expect(toServer('http://127.0.0.1:3000')).toBe('http://127.0.0.1:3000');
  });

  it('tells lengths', () => {
    expect([null, 5.4, 65, 3_725].map(clock)).toEqual(['', '0:05', '1:05', '1:02:05']);
  });

  it('tells progress by lines where there is no terminal, a few only', () => {
    const here = world();
    const line = progressView(here).begin('a.wav');
    for (const fraction of [0, 0.5, 1]) line.sent(fraction);
    line.ordered('t1');
    for (let percent = 0; percent <= 100; percent += 1) line.progress(percent);
    line.ended('done');
    expect(here.err().trim().split('\n')).toEqual([
      'a.wav: sent',
      'a.wav: transcription t1',
      'a.wav: 25 %',
      'a.wav: 50 %',
      'a.wav: 75 %',
      'a.wav: done',
    ]);
  });
});
