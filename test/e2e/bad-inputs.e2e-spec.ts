import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Client, Problem, Recording } from './client.js';
import { checkInvariants } from './invariants.js';
import { ffmpeg, longRecording, MEETING, sharedRecordings, shortRecording } from './recordings.js';
import { describeWith } from './requirements.js';
import { type Stack, startStack } from './stack.js';

const UPLOAD = '/api/v1/audio/upload';
const ANSWER_SECONDS = 8;
/** The server reads on for a while, so that who still sends can read the answer; then it closes. */
const LINGER_SECONDS = 10;
const run = promisify(execFile);

interface Answer {
  status: number;
  code: string | undefined;
  seconds: number;
  body: Partial<Recording & Problem>;
}

let stack: Stack;
let client: Client;

/** Sends a form and tells how it was answered. */
async function sendForm(form: FormData, path = UPLOAD): Promise<Answer> {
  const startedAt = performance.now();
  const response = await client.send('POST', path, form);
  const body = (await response.json()) as Partial<Recording & Problem>;
  return { status: response.status, code: body.code, seconds: (performance.now() - startedAt) / 1_000, body };
}

function formWith(bytes: Buffer | string, name: string): FormData {
  const form = new FormData();
  form.set('file', new Blob([bytes instanceof Buffer ? new Uint8Array(bytes) : bytes]), name);
  return form;
}

/** A WAV header of 16 bits and one channel that says what it is told. */
function waveHeader(rate: number, bytes: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(bytes, 40);
  return header;
}

const PLAYLIST = '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n';

/** Each: a file that is no recording, or too much of one, and how it is refused. */
const REFUSED: { what: string; name: string; make: () => Buffer | Promise<Buffer>; status: number; code: string }[] = [
  { what: 'an empty file', name: 'empty.mp3', make: () => Buffer.alloc(0), status: 422, code: 'empty_file' },
  { what: 'a single byte', name: 'byte.wav', make: () => Buffer.from('R'), status: 415, code: 'unsupported_format' },
  {
    what: 'a text',
    name: 'notes.mp3',
    make: () => Buffer.from('Dear diary\n'.repeat(500)),
    status: 415,
    code: 'unsupported_format',
  },
  {
    what: 'a playlist of local files',
    name: 'song.mp3',
    make: () => Buffer.from(PLAYLIST),
    status: 415,
    code: 'unsupported_format',
  },
  { what: 'zeros', name: 'zeros.mp3', make: () => Buffer.alloc(100_000), status: 415, code: 'unsupported_format' },
  {
    what: '24 hours in 164 KB of FLAC',
    name: 'day.flac',
    make: () => made('day.flac', '-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '86400'),
    status: 422,
    code: 'recording_too_long',
  },
  {
    what: 'a WAV of 1 Hz',
    name: 'slow.wav',
    make: () => Buffer.concat([waveHeader(1, 100_000), Buffer.alloc(100_000)]),
    status: 422,
    code: 'unsupported_sample_rate',
  },
  {
    what: 'a WAV header alone',
    name: 'header.wav',
    make: () => waveHeader(16_000, 0),
    status: 422,
    code: 'unreadable_audio',
  },
  {
    what: 'a film without sound',
    name: 'film.mp4',
    make: () => made('film.mp4', '-f', 'lavfi', '-i', 'color=s=64x64:d=1', '-c:v', 'mpeg4'),
    status: 422,
    code: 'no_audio_stream',
  },
];

async function made(name: string, ...args: string[]): Promise<Buffer> {
  const path = join(stack.files, name);
  await ffmpeg(...args, path);
  return readFileSync(path);
}

beforeAll(async () => {
  if (!process.env.STENO_TEST_DATABASE_URL) return;
  stack = await startStack();
  client = await stack.client();
});
afterAll(() => stack?.stop());

describeWith(['postgres'], 'what is no good recording', () => {
  afterEach(async () => {
    // A refusal that left a row would be listed as a recording here.
    const kept = await client.json<{ data: Recording[] }>('GET', '/api/v1/audio?limit=100');
    for (const { id } of kept.data) await client.remove(`/api/v1/audio/${id}`);
  });

  async function keptRecordings(): Promise<number> {
    return (await client.json<{ total: number }>('GET', '/api/v1/audio')).total;
  }

  it.each(REFUSED)('$what is refused with $status $code', async ({ make, name, status, code }) => {
    const answer = await sendForm(formWith(await make(), name));
    expect(answer).toMatchObject({ status, code });
    expect(answer.seconds).toBeLessThan(ANSWER_SECONDS);
    expect(answer.body.detail?.length).toBeGreaterThan(30);
    expect(await keptRecordings()).toBe(0);
  });

  it('a cut-off mp3 is transcribed, with a warning', async () => {
    const path = join(stack.files, 'cut-off.mp3');
    await ffmpeg('-i', MEETING, '-t', '20', path);
    truncateSync(path, 30_001);
    const bytes = readFileSync(path);
    bytes.fill(0x55, 12_000, 14_000);
    writeFileSync(path, bytes);
    const { id } = await client.transcribe(path);
    const finished = await client.waitUntilFinished(id);
    expect(finished.status).toBe('completed');
    expect(finished.warnings.join()).toMatch(/damaged_recording/);
  });

  it('silence is completed, and says that nobody spoke', async () => {
    const calls = stack.provider.calls.length;
    const path = join(stack.files, 'silence.mp3');
    await ffmpeg('-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=mono', '-t', '30', path);
    const finished = await client.waitUntilFinished((await client.transcribe(path)).id);
    expect(finished).toMatchObject({ status: 'completed', text: '' });
    expect(finished.warnings.join()).toMatch(/no_speech/);
    expect(stack.provider.calls.length).toBe(calls);
  });

  describe('forms', () => {
    it.each([
      ['application/json', '{"file":"x"}'],
      ['application/octet-stream', 'OggS'],
      ['audio/mpeg', 'ID3'],
      ['text/plain', 'x'],
    ])('%s is refused with 415', async (type, body) => {
      const response = await fetch(client.origin + UPLOAD, {
        method: 'POST',
        headers: { authorization: `Bearer ${client.token}`, 'content-type': type },
        body,
      });
      expect(response.status).toBe(415);
      expect(((await response.json()) as Problem).code).toMatch(/^(multipart_expected|unsupported_content_type)$/);
    });

    it('without a file', async () => {
      const form = new FormData();
      form.set('language', 'en');
      expect(await sendForm(form)).toMatchObject({ status: 422, code: 'file_missing' });
    });

    it('with two files', async () => {
      const bytes = new Uint8Array(readFileSync(shortRecording(stack.files)));
      const form = new FormData();
      form.append('file', new Blob([bytes]), 'one.ogg');
      form.append('file', new Blob([bytes]), 'two.ogg');
      const answer = await sendForm(form);
      expect(answer).toMatchObject({ status: 422, code: 'validation_failed' });
      expect(answer.seconds).toBeLessThan(ANSWER_SECONDS);
      expect(await keptRecordings()).toBe(0);
    });

    it.each([UPLOAD, '/api/v1/audio/transcribe-upload'])('with unknown fields, before and after the file: %s', async (path) => {
      const bytes = new Uint8Array(readFileSync(shortRecording(stack.files)));
      const form = new FormData();
      form.append('colour', 'blue');
      form.append('file', new Blob([bytes]), 'one.ogg');
      form.append('size', 'large');
      const answer = await sendForm(form, path);
      expect(answer).toMatchObject({ status: 422, code: 'validation_failed' });
      expect(JSON.stringify(answer.body)).toMatch(/colour.*size/);
      expect(await keptRecordings()).toBe(0);
    });

    it('whose boundary never comes', async () => {
      const response = await fetch(client.origin + UPLOAD, {
        method: 'POST',
        headers: { authorization: `Bearer ${client.token}`, 'content-type': 'multipart/form-data; boundary=nowhere' },
        body: 'x'.repeat(10_000),
      });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
    });

    it('with a field that would reach into the prototype', async () => {
      const form = formWith(readFileSync(shortRecording(stack.files)), 'one.ogg');
      form.append('__proto__', 'x');
      expect(await sendForm(form)).toMatchObject({ status: 400, code: 'form_unreadable' });
      expect(await keptRecordings()).toBe(0);
    });

    it('without a boundary', async () => {
      const response = await fetch(client.origin + UPLOAD, {
        method: 'POST',
        headers: { authorization: `Bearer ${client.token}`, 'content-type': 'multipart/form-data' },
        body: 'x',
      });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
    });

    it('that end in the middle of the file', async () => {
      const body = Buffer.concat([Buffer.from(partHeader('half.ogg')), readFileSync(MEETING).subarray(0, 5_000)]);
      const response = await fetch(client.origin + UPLOAD, {
        method: 'POST',
        headers: { authorization: `Bearer ${client.token}`, 'content-type': FORM_TYPE },
        body: new Uint8Array(body),
      });
      expect(response.status).toBe(400);
      expect(await keptRecordings()).toBe(0);
    });

    it.each([
      ['../../../etc/passwd', 'passwd'],
      ['C:\\temp\\talk.ogg', 'talk.ogg'],
      [`${'long'.repeat(1_000)}.ogg`, `${'long'.repeat(1_000)}.ogg`.slice(0, 255)],
      ['\u202etxt.ogg', 'txt.ogg'],
      ['..', 'recording'],
      ['späte Sitzung 😀.ogg', 'späte Sitzung 😀.ogg'],
    ])('take the file name %j as %j', async (name, kept) => {
      const answer = await sendForm(formWith(readFileSync(shortRecording(stack.files)), name));
      expect(answer).toMatchObject({ status: 201, body: { name: kept } });
      const download = await client.send('GET', `/api/v1/audio/${answer.body.id}/download`);
      await download.arrayBuffer();
      expect(download.status).toBe(200);
      expect(download.headers.get('content-disposition')).toMatch(/^attachment; filename="[^"\r\n]*"/);
      expect(download.headers.get('set-cookie')).toBeNull();
    });

    it('cannot put a header into the download by a line break in the name', async () => {
      const header = `--edge\r\ncontent-disposition: form-data; name="file"; filename="a.ogg"; filename*=UTF-8''a%0d%0aSet-Cookie%3a%20x%3d1.ogg\r\n\r\n`;
      const body = Buffer.concat([
        Buffer.from(header),
        readFileSync(shortRecording(stack.files)),
        Buffer.from('\r\n--edge--\r\n'),
      ]);
      const response = await fetch(client.origin + UPLOAD, {
        method: 'POST',
        headers: { authorization: `Bearer ${client.token}`, 'content-type': FORM_TYPE },
        body: new Uint8Array(body),
      });
      expect(response.status).toBe(201);
      const { id, name } = (await response.json()) as Recording;
      expect(name).not.toMatch(/[\r\n]/);
      const download = await client.send('GET', `/api/v1/audio/${id}/download`);
      await download.arrayBuffer();
      expect(download.headers.get('set-cookie')).toBeNull();
    });
  });

  describe('a body over the limit', () => {
    const TOTAL = 600_000_000;

    /** Sends zeros after a valid header until the server answers or the end. */
    function* zeros(): Generator<Uint8Array> {
      const piece = new Uint8Array(1_000_000);
      yield new Uint8Array(Buffer.concat([Buffer.from(partHeader('huge.wav')), waveHeader(16_000, TOTAL)]));
      for (let sent = 0; sent < TOTAL; sent += piece.length) yield piece;
      yield new Uint8Array(Buffer.from('\r\n--edge--\r\n'));
    }

    const HEADERS = () => ({ authorization: `Bearer ${client.token}`, 'content-type': FORM_TYPE });

    it('with a Content-Length is refused at once, and a raw socket can read why', async () => {
      const startedAt = performance.now();
      // More than the two tracks that a form may hold.
      const { answer, answeredAt } = await rawUpload({ ...HEADERS(), 'content-length': String(2 * TOTAL) }, zeros());
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      expect(answer).toContain('recording_too_large');
      expect(answeredAt - startedAt).toBeLessThan(ANSWER_SECONDS * 1_000);
      expect(performance.now() - startedAt).toBeLessThan(LINGER_SECONDS * 1_000);
    });

    it('in chunks is refused, and Node can read why', async () => {
      const response = await fetch(client.origin + UPLOAD, {
        method: 'POST',
        headers: HEADERS(),
        body: ReadableStream.from(zeros()),
        duplex: 'half',
      });
      expect(response.status).toBe(413);
      expect(((await response.json()) as Problem).code).toBe('recording_too_large');
    });

    it.each([
      ['with a Content-Length', []],
      ['in chunks', ['--header', 'transfer-encoding: chunked']],
    ])('%s is refused, and curl can read why', async (_, options) => {
      const path = join(stack.files, 'huge.wav');
      writeFileSync(path, waveHeader(16_000, TOTAL));
      truncateSync(path, TOTAL); // a sparse file of zeros
      const args = ['--silent', '--show-error', '--form', `file=@${path}`, '--header', `authorization: Bearer ${client.token}`];
      const { stdout } = await run('curl', [...args, ...options, '--write-out', '\n%{http_code}', client.origin + UPLOAD]);
      expect(stdout).toContain('recording_too_large');
      expect(stdout).toMatch(/\n413$/);
    });

    it('leaves nothing', async () => {
      expect(await keptRecordings()).toBe(0);
      await checkInvariants(stack);
    });
  });

  it('a client that goes away in the middle leaves nothing', async () => {
    const long = readFileSync(longRecording(stack.files, 900));
    for (const share of [0.01, 0.5, 0.99]) {
      const { hostname, port } = new URL(client.origin);
      const socket = connect(Number(port), hostname);
      const head = requestHead({
        authorization: `Bearer ${client.token}`,
        'content-type': FORM_TYPE,
        'content-length': String(long.length + 500),
      });
      socket.write(head + partHeader('long.ogg'));
      socket.write(long.subarray(0, Math.floor(long.length * share)));
      await sleep(200);
      socket.resetAndDestroy();
    }
    await sleep(300);
    expect(await keptRecordings()).toBe(0);
    await checkInvariants(stack);
  });

  it('leaves no object, no job and no temporary file', () => checkInvariants(stack));
});

const FORM_TYPE = 'multipart/form-data; boundary=edge';

function partHeader(name: string): string {
  return `--edge\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
}

function requestHead(headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${UPLOAD} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join('')}\r\n`;
}

/** A client that sends on and on and never closes, whatever it is told. */
async function rawUpload(
  headers: Record<string, string>,
  pieces: Iterable<Uint8Array>,
): Promise<{ answer: string; answeredAt: number }> {
  const { hostname, port } = new URL(client.origin);
  const socket = connect(Number(port), hostname);
  const received: Buffer[] = [];
  let answeredAt = Infinity;
  socket.on('data', (piece: Buffer) => {
    answeredAt = Math.min(answeredAt, performance.now());
    received.push(piece);
  });
  socket.on('error', () => undefined); // cut off, in the end
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(requestHead(headers));
  for (const piece of pieces) {
    if (socket.destroyed) break;
    if (!socket.write(piece)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
    if (answeredAt !== Infinity) await sleep(20); // slow enough not to come to the end before it is cut off
  }
  await closed;
  return { answer: Buffer.concat(received).toString(), answeredAt };
}

/** Recordings that other programs have trouble with, and how they are refused; the others are taken. */
const REFUSED_ELSEWHERE = new Map<string, [status: number, code: string]>([
  ['empty.mp3', [422, 'empty_file']],
  ['fixture-json.webp', [415, 'unsupported_format']],
  ['fixture.3gp', [415, 'unsupported_format']],
  ['fixture.amr', [415, 'unsupported_format']],
  ['fixture.webm', [422, 'recording_too_short']],
  ['ft-fixture-dash.mp4', [422, 'unreadable_audio']],
  ['ft-fixture-isom.mp4', [422, 'unreadable_audio']],
  ['ft-fixture-unknown-ogg.ogx', [422, 'unreadable_audio']],
  ['mp3-ILL4_wrong_length1.mp3', [415, 'unsupported_format']],
  ['mp3-id3v1-only.mp3', [422, 'unreadable_audio']],
  ['sphinx-awful.wav', [422, 'unsupported_sample_rate']],
  ['sphinx-evil.wav', [422, 'unreadable_audio']],
]);

describeWith(['postgres'], 'recordings from elsewhere', () => {
  const files = ['malformed', 'derived', 'containers'].flatMap(sharedRecordings);
  if (files.length === 0) files.push(MEETING);

  it.each(files.map((path) => [basename(path), path]))('%s', async (name, path) => {
    const answer = await sendForm(formWith(readFileSync(path), name));
    const [status, code] = REFUSED_ELSEWHERE.get(name) ?? [201];
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.seconds).toBeLessThan(ANSWER_SECONDS);
  });

  it('leave nothing when they are deleted', async () => {
    const { data } = await client.json<{ data: Recording[] }>('GET', '/api/v1/audio?limit=100');
    for (const { id } of data) await client.remove(`/api/v1/audio/${id}`);
    await checkInvariants(stack);
  });
});
