import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  openAsBlob,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Steno } from '../../clients/typescript/src/index.js';
import { CommandLine } from './command-line.js';
import type { Client } from './client.js';
import { checkInvariants } from './invariants.js';
import { PROJECT } from './launcher.js';
import { ffmpeg, MEETING, shortRecording } from './recordings.js';
import { describeWith } from './requirements.js';
import { SPOKEN, type Stack, startStack } from './stack.js';

const run = promisify(execFile);
/** `npm test` says when it has found none; a strict run ends before. */
const HAS_PYTHON = !(process.env.STENO_TEST_MISSING ?? '').split(',').includes('python');
/** Of stereo at 48 kHz: three parts of an upload. */
const LARGE_SECONDS = 130;
const SLOW_MS = 1_500;
const PIECE = 50_000;
/** A file that grows pauses for less than it must stay as it is. */
const WRITER_PAUSE_MS = 1_500;
const SETTLE_SECONDS = 4;
/** Stands for the public internet. */
const OUTSIDE = '127.0.0.2';

describeWith(['postgres'], 'the clients', () => {
  let stack: Stack;
  let client: Client;
  let steno: Steno;
  let key: string;
  let shell: CommandLine;

  beforeAll(async () => {
    stack = await startStack({ env: { OUTGOING_ALLOWED_HOSTS: OUTSIDE } });
    client = await stack.client();
    ({ key } = await client.steno.apiKeys.create({ name: 'Tests', scopes: ['read', 'write'] }));
    steno = new Steno({ baseUrl: stack.origin, apiKey: key });
    shell = new CommandLine(join(stack.files, 'home'));
  });
  afterAll(() => stack?.stop());

  const slowly = (): void => stack.provider.always({ mode: 'ok', text: SPOKEN, delayMs: SLOW_MS });
  const atOnce = (): void => stack.provider.always({ mode: 'ok', text: SPOKEN });
  /** All samples of a client's page as one program that talks to this server. */
  const samplesOf = (folder: string, language: string): string => {
    const page = readFileSync(join(PROJECT, 'clients', folder, 'README.md'), 'utf8');
    const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block);
    const samples = blocks.filter((block) => !block.includes(' install '));
    expect(samples.length).toBeGreaterThan(1);
    return samples.join('\n').replaceAll('https://steno.example.com', stack.origin);
  };
  const accept = (id: string): string => {
    client.accepted.add(id);
    return id;
  };
  /** Ids of all transcriptions there are. */
  const transcriptions = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { id } of steno.transcriptions.each({ limit: 2 })) ids.push(accept(id));
    return ids;
  };

  it('for TypeScript: a wait that ends keeps the id, and goes on', async () => {
    slowly();
    const { id: audioId } = await steno.audio.upload(await openAsBlob(MEETING), { name: 'meeting.opus' });
    const order = { audioId, reuse: false };
    const failure: unknown = await steno.transcriptions.createAndWait(order, { maxWaitMs: 500 }).catch((error: unknown) => error);
    const id = accept((failure as { id: string }).id);
    expect(failure).toMatchObject({ name: 'UnfinishedError', reason: 'timeout' });
    const seen: number[] = [];
    const finished = await steno.transcriptions.wait(id, { onProgress: ({ progress }) => seen.push(progress) });
    expect(finished).toMatchObject({ id, status: 'completed', text: SPOKEN });
    expect(seen.at(-1)).toBe(100);
    atOnce();
  });

  it('for TypeScript: a key of ours makes one transcription, whoever sends it twice', async () => {
    const { data } = await steno.audio.list({ limit: 1 });
    const order = { audioId: data[0]?.id ?? '', reuse: false };
    const [one, two] = await Promise.all([1, 2].map(() => steno.transcriptions.create(order, { idempotencyKey: 'clients-1' })));
    expect(one?.id).toBe(two?.id);
    await steno.transcriptions.wait(accept(one?.id ?? ''));
  });

  it('for TypeScript: an upload that is cut off goes on with the parts that are missing', async () => {
    const path = join(stack.files, 'large.wav');
    await ffmpeg('-f', 'lavfi', '-i', `anoisesrc=d=${LARGE_SECONDS}:r=48000:a=0.01`, '-ac', '2', path);
    const file = await openAsBlob(path);
    const cut = new AbortController();
    let uploadId = '';
    const options = {
      name: 'large.wav',
      parallel: 1,
      signal: cut.signal,
      onBegun: (id: string) => (uploadId = id),
      onProgress: ({ sentBytes }: { sentBytes: number }) => sentBytes > 0 && cut.abort(new Error('The cable is out.')),
    };
    await expect(steno.audio.upload(file, options)).rejects.toThrow('The cable is out.');
    expect((await steno.uploads.get(uploadId)).parts.map(({ number }) => number)).toEqual([1]);
    const told: number[] = [];
    const recording = await steno.audio.upload(file, { uploadId, onProgress: ({ sentBytes }) => told.push(sentBytes) });
    expect(recording).toMatchObject({ name: 'large.wav', bytes: file.size });
    expect(told).toHaveLength(3);
    expect(await steno.audio.upload(file, { uploadId })).toEqual(recording);
    await expect(steno.audio.upload(await openAsBlob(MEETING), { uploadId })).rejects.toMatchObject({ name: 'ChecksumError' });
  });

  it('for TypeScript: an upload in parts under a key of ours is made once, also when it was complete', async () => {
    const options = { name: 'meeting.opus', directBytes: 1, idempotencyKey: 'clients-2' };
    const recording = await steno.audio.upload(await openAsBlob(MEETING), options);
    expect(await steno.audio.upload(await openAsBlob(MEETING), options)).toEqual(recording);
  });

  it('for TypeScript: a refusal has its code', async () => {
    const notes = new Blob(['no sound at all']);
    await expect(steno.audio.upload(notes)).rejects.toMatchObject({ name: 'ApiError', status: 415, code: 'unsupported_format' });
    await expect(steno.transcriptions.get('019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708')).rejects.toMatchObject({
      code: 'transcription_not_found',
    });
    await expect(new Steno({ baseUrl: stack.origin, apiKey: 'stn_no' }).usage.get()).rejects.toMatchObject({ status: 401 });
  });

  it('on the command line: signs in and keeps the key to itself', async () => {
    const signedIn = await shell.run(
      ['--server', stack.origin, 'login', '--email', client.email, '--admin'],
      `${client.password}\n`,
    );
    expect(signedIn).toMatchObject({ code: 0, out: expect.stringContaining(client.email) });
    const file = join(shell.home, '.config', 'steno', 'config.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(client.password);
    expect(await shell.run(['--server', stack.origin, 'login', '--email', client.email], 'wrong\n')).toMatchObject({ code: 3 });
  });

  it('on the command line: transcribes a file to stdout, and a folder to files', async () => {
    const one = await shell.run(['transcribe', MEETING]);
    expect(one).toMatchObject({ code: 0, out: `${SPOKEN}\n` });
    expect(one.err).toMatch(/meeting\.opus: transcription [0-9a-f-]{36}/);
    const folder = join(stack.files, 'talks');
    mkdirSync(folder);
    copyFileSync(MEETING, join(folder, 'one.opus'));
    renameSync(shortRecording(stack.files, 9), join(folder, 'two.ogg'));
    const many = await shell.run(['--json', 'transcribe', folder, '--format', 'srt', '--out', 'captions']);
    expect(many.code).toBe(0);
    const results = many.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: string; output: string });
    expect(results.map(({ status }) => status)).toEqual(['completed', 'completed']);
    for (const { output } of results) expect(readFileSync(output, 'utf8')).toMatch(/^1\n00:00:/);
    await transcriptions();
  });

  it('on the command line: lists, shows, exports and counts', async () => {
    const [id = ''] = await transcriptions();
    const [listed, shown, captions, document, counted] = await Promise.all([
      shell.run(['list', '--status', 'completed', '--limit', '2']),
      shell.run(['get', id]),
      shell.run(['export', id, '--format', 'vtt']),
      shell.run(['export', id, '--format', 'pdf', '--out', 'a.pdf']),
      shell.run(['--json', 'usage']),
    ]);
    expect(listed.out.trim().split('\n')).toHaveLength(3);
    expect(shown).toMatchObject({ code: 0, out: `${SPOKEN}\n`, err: expect.stringMatching(/^completed, 100 %/) });
    expect(captions.out).toMatch(/^WEBVTT/);
    expect(document).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(join(shell.home, 'a.pdf')).subarray(0, 5).toString()).toBe('%PDF-');
    expect(JSON.parse(counted.out)).toMatchObject({ usage: { total: { failed: 0 } }, quotas: {} });
  });

  it('on the command line: says by its exit code what went wrong', async () => {
    const notes = join(stack.files, 'notes.wav');
    writeFileSync(notes, 'no sound at all');
    const nowhere = new CommandLine(join(stack.files, 'other'), { STENO_URL: 'http://127.0.0.1:1', STENO_API_KEY: 'stn_x' });
    const codes = await Promise.all([
      shell.run(['get', '019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708']),
      shell.run(['transcribe', notes]),
      shell.run(['transcribe', 'http://127.0.0.1/a.mp3']),
      new CommandLine(nowhere.home).run(['list']),
    ]);
    expect(codes.map(({ code }) => code)).toEqual([4, 5, 5, 3]);
    expect(codes[0]?.err).toMatch(/transcription_not_found, req_/);
  });

  it('on the command line: what is not finished, or interrupted, is known by its id', async () => {
    slowly();
    const late = await shell.run(['transcribe', MEETING, '--no-reuse', '--timeout', '0.5']);
    expect(late.code).toBe(8);
    const id = accept(/Later: steno get --wait ([0-9a-f-]{36})/.exec(late.err)?.[1] ?? '');
    const running = shell.start(['transcribe', MEETING, '--no-reuse']);
    const second = accept(await running.says(/transcription ([0-9a-f-]{36})/));
    running.child.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code).toBe(130);
    expect(err).toContain(`steno get --wait ${second}`);
    expect(await shell.run(['get', '--wait', id])).toMatchObject({ code: 0, out: `${SPOKEN}\n` });
    expect(await shell.run(['get', '--wait', second])).toMatchObject({ code: 0, out: `${SPOKEN}\n` });
    atOnce();
  });

  it('on the command line: has a link fetched, and once it was interrupted goes on with that', async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    let fetches = 0;
    const site = createServer((_, response) => {
      fetches += 1;
      asked.resolve(response);
    });
    await once(site.listen(0, OUTSIDE), 'listening');
    const link = `http://${OUTSIDE}:${(site.address() as AddressInfo).port}/talks/meeting.opus`;
    const running = shell.start(['transcribe', link]);
    const response = await asked.promise;
    running.child.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code).toBe(130);
    const id = /Later: the same command goes on with ([0-9a-f-]{36})/.exec(err)?.[1] ?? '';
    expect(await steno.uploads.get(id)).toMatchObject({ kind: 'url', status: 'open' });
    response.end(readFileSync(MEETING));
    expect(await shell.run(['transcribe', link])).toMatchObject({ code: 0, out: `${SPOKEN}\n` });
    expect(fetches).toBe(1);
    site.close();
    await transcriptions();
  });

  /** What a watched folder's memory would lack, had the program been killed between the order and the line about it. */
  const forgetLast = (folder: string): void => {
    const path = join(folder, readdirSync(folder).find((name) => name.startsWith('watch-')) ?? '');
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(lines.at(-1)).toContain('"ordered"');
    writeFileSync(path, lines.slice(0, -1).join('\n'));
  };

  it('on the command line: watches a folder and sends each recording once, whatever its name and however often it starts', async () => {
    const inbox = join(stack.files, 'inbox');
    mkdirSync(inbox);
    const before = (await transcriptions()).length;
    const bytes = readFileSync(MEETING);
    appendFileSync(join(inbox, 'grows.opus'), bytes.subarray(0, PIECE));
    const first = shell.start(['watch', inbox, '--settle', String(SETTLE_SECONDS), '--format', 'srt']);
    await first.says(/Watching/);
    await sleep(WRITER_PAUSE_MS);
    for (let start = PIECE; start < bytes.length; start += PIECE)
      appendFileSync(join(inbox, 'grows.opus'), bytes.subarray(start, start + PIECE));
    slowly();
    await first.says(/grows\.opus: ordered/);
    first.child.kill('SIGKILL');
    await first.ended;
    renameSync(join(inbox, 'grows.opus'), join(inbox, 'moved.opus'));
    forgetLast(join(shell.home, '.local', 'state', 'steno'));
    atOnce();
    const args = ['watch', inbox, '--settle', '0.2', '--format', 'srt'];
    const second = shell.start(args);
    await second.says(/moved\.opus: done \((.+)\)/);
    copyFileSync(join(inbox, 'moved.opus'), join(inbox, 'copy.opus'));
    await second.says(/copy\.opus: known/);
    second.child.kill('SIGINT');
    expect((await second.ended).code).toBe(130);
    expect(readFileSync(join(inbox, 'moved.srt'), 'utf8')).toMatch(/^1\n00:00:/);
    rmSync(join(inbox, 'copy.opus'));
    writeFileSync(join(inbox, 'broken.wav'), 'no sound at all');
    expect(await shell.run([...args, '--once'])).toMatchObject({ code: 5, err: expect.stringMatching(/broken\.wav: failed/) });
    expect(await shell.run([...args, '--once'])).toMatchObject({ code: 0, err: expect.stringMatching(/broken\.wav: known/) });
    expect(await transcriptions()).toHaveLength(before + 1);
  });

  it('do what their pages say', async () => {
    const [id = ''] = await transcriptions();
    symlinkSync(join(PROJECT, 'samples'), join(stack.files, 'samples'));
    const programs = join(stack.files, 'bin');
    mkdirSync(programs);
    const source = join(PROJECT, 'clients', 'cli', 'src', 'bin.ts');
    writeFileSync(join(programs, 'steno'), `#!/bin/sh\nexec '${process.execPath}' '${source}' "$@"\n`, { mode: 0o755 });
    const program = join(stack.files, 'sample.mts');
    const types = join(PROJECT, 'clients', 'typescript', 'src', 'index.ts');
    writeFileSync(program, samplesOf('typescript', 'ts').replaceAll("'@steno/client'", `'${types}'`));
    const env = {
      PATH: `${programs}:${process.env.PATH}`,
      HOME: shell.home,
      STENO_URL: stack.origin,
      STENO_API_KEY: key,
      TRANSCRIPTION_ID: id,
      PYTHONPATH: join(PROJECT, 'clients', 'python'),
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const inShell = { cwd: stack.files, env };
    const told = await Promise.all([
      run(process.execPath, ['--disable-warning=ExperimentalWarning', program], inShell),
      ...(HAS_PYTHON ? [run('python3', ['-c', samplesOf('python', 'python')], inShell)] : []),
      run('sh', ['-e', '-c', samplesOf('cli', 'sh')], inShell),
    ]);
    for (const { stdout } of told) {
      expect(stdout).toContain(SPOKEN);
      expect(stdout).toContain('completed');
    }
    await transcriptions();
  });

  it('leave nothing behind', () => checkInvariants(stack));
});
