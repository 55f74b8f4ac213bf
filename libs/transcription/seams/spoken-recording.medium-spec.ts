import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Chunk, HEAD_BYTES, MediaService, ProgramRunner, recogniseAudio } from '#media';
import { Log } from '#observability';
import { testConfig } from '#testing/config';
import { assembleTranscript } from '../assemble-transcript.js';
import { hear, type SaidWord, seeded } from './made-recording.fixture.js';

const VOCABULARY = 'house river meeting seven morning paper summer bread window garden number teacher'.split(' ');
const WORDS = 150;
const BYTES_A_SECOND = 32_000;
const LIMITS = { targetSeconds: 20, maxSeconds: 28, maxBytes: 26_000_000 };
/** Swells and fades under the speech, and louder than some of it, so that there is no pause to cut in. */
const MUSIC = 'aevalsrc=0.15*sin(1500*t)*(1+0.9*sin(25*t))+0.1*sin(660*t)*(1+0.9*sin(21*t)):s=16000';

// Speaking takes a while on a busy machine.
jest.setTimeout(60_000);

describe('speech over music without a pause', () => {
  let folder: string;
  let said: SaidWord[];
  let path: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'steno-seams-'));
    ({ said, path } = await speak(folder));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is cut into chunks that overlap, and put together without a word lost or doubled', async () => {
    const chunks = await cut(path, folder);
    const random = seeded(7);
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.slice(1).every(({ overlapSeconds }) => overlapSeconds >= 1.4)).toBe(true);
    for (const times of ['words', 'lines', 'none'] as const) {
      const heard = chunks.map((chunk) => ({ ...chunk, transcript: hear(random, said, chunk, { times }) }));
      const { text } = assembleTranscript(heard);
      expect(
        text
          .toLowerCase()
          .match(/\p{L}+/gu)
          ?.join(' '),
      ).toBe(said.map((word) => word.text).join(' '));
    }
  });
});

async function cut(path: string, folder: string): Promise<Chunk[]> {
  const workDirectory = join(folder, 'work');
  await mkdir(workDirectory);
  const config = testConfig({ WORK_DIRECTORY: workDirectory });
  const media = new MediaService(config, new ProgramRunner(config, new Log({ app: 'test', level: 'silent' })));
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const format = await recogniseAudio(buffer.subarray(0, bytesRead));
  const chunks: Chunk[] = [];
  const keep = (chunk: Chunk): Promise<void> => Promise.resolve(void (chunks[chunk.index] = chunk));
  await media.cutIntoChunks(path, format, LIMITS, keep, { workDirectory });
  return chunks;
}

/** Words spoken by flite one by one, so that the time of each is known. */
async function speak(folder: string): Promise<{ said: SaidWord[]; path: string }> {
  const takes = new Map<string, Buffer>();
  for (const word of VOCABULARY) {
    const take = join(folder, `${word}.raw`);
    // flite begins and ends with silence of its own.
    const trim = 'silenceremove=1:0:-50dB,areverse,silenceremove=1:0:-50dB,areverse';
    await ffmpeg('-f', 'lavfi', '-i', `flite=text='${word}':voice=kal`, '-af', trim, '-ar', '16000', '-f', 's16le', take);
    takes.set(word, await readFile(take));
  }
  const random = seeded(11);
  const sound: Buffer[] = [];
  const said: SaidWord[] = [];
  let bytes = 0;
  for (let count = 0; count < WORDS; count += 1) {
    const text = VOCABULARY[Math.floor(random() * VOCABULARY.length)] ?? '';
    const take = takes.get(text) ?? Buffer.alloc(0);
    const gap = Buffer.alloc(2 * Math.floor(random() * 1_600));
    said.push({ text, start: bytes / BYTES_A_SECOND, end: (bytes + take.length) / BYTES_A_SECOND });
    sound.push(take, gap);
    bytes += take.length + gap.length;
  }
  const raw = join(folder, 'speech.raw');
  await writeFile(raw, Buffer.concat(sound));
  const path = join(folder, 'speech.wav');
  const speech = ['-f', 's16le', '-ar', '16000', '-ac', '1', '-i', raw];
  await ffmpeg(...speech, '-f', 'lavfi', '-i', MUSIC, '-filter_complex', 'amix=duration=first:normalize=0', path);
  return { said, path };
}

async function ffmpeg(...args: string[]): Promise<void> {
  await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
}
