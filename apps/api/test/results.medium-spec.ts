import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TranscriptSegment } from '#database';
import { makeAudio, makeTranscription } from '#testing/factories';
import { NO_VENDORS } from './no-vendors.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

let api: TestApi;
let user: SignedInUser;
beforeAll(async () => {
  api = await startTestApi({ ...NO_VENDORS, GROQ_API_KEY: 'gsk_none' });
  user = await api.register();
});
afterAll(() => api?.stop());

const get = (path: string, headers = user.headers) => api.app.inject({ url: `/api/v1/${path}`, headers });

/** A finished transcript of lines of three seconds, with its recording. */
async function transcript(lines: string[]): Promise<string> {
  const { id: audioId } = await makeAudio(api.database, user.workspaceId, { name: 'Weekly meeting.m4a' });
  const text = lines.join(' ');
  const done = { audioId, status: 'completed', stage: 'assemble', text, durationSeconds: lines.length * 3 } as const;
  const { id } = await makeTranscription(api.database, user.workspaceId, done);
  await api.database.inWorkspace(user.workspaceId, async (tx) => {
    const segments = lines.map((line, index) => ({
      ...{ transcriptionId: id, workspaceId: user.workspaceId, index, start: index * 3, end: index * 3 + 3, text: line },
      ...{ speaker: index % 2 ? 'Grace' : 'Ada', channel: null, confidence: null, words: [] },
    }));
    await tx.manager.insert(TranscriptSegment, segments);
  });
  return id;
}

describe('an export', () => {
  it('gives each format under its type, and the recording’s name inside documents', async () => {
    const id = await transcript(['Good morning.', 'Hello.']);
    const types: Record<string, RegExp> = {
      json: /^application\/json/,
      verbose_json: /^application\/json/,
      words: /^application\/json/,
      text: /^text\/plain/,
      srt: /^application\/x-subrip/,
      vtt: /^text\/vtt/,
      tsv: /^text\/tab-separated-values/,
      md: /^text\/markdown/,
      docx: /^application\/vnd\.openxmlformats/,
      pdf: /^application\/pdf/,
    };
    for (const [format, type] of Object.entries(types)) {
      const answer = await get(`transcriptions/${id}/export?format=${format}`);
      expect([format, answer.statusCode]).toEqual([format, 200]);
      expect(answer.headers['content-type']).toMatch(type);
      expect(answer.headers['content-disposition']).toMatch(/^inline; filename="transcript\.\w+"$/);
      if (format === 'md') expect(answer.body).toMatch(/^# Weekly meeting\n/);
      if (format === 'pdf') expect(answer.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
      if (format === 'docx') expect(answer.rawPayload.subarray(0, 2).toString()).toBe('PK');
    }
  });

  it('lets captions keep to the rules that are asked for', async () => {
    const id = await transcript(['This is quite a long line of speech for such a short caption.', 'Is it?']);
    const usual = (await get(`transcriptions/${id}/export?format=srt`)).body;
    expect(usual).toContain('Ada: This is');
    const query = 'format=srt&maxLineLength=20&maxLines=1&speakers=false';
    const { body } = await get(`transcriptions/${id}/export?${query}`);
    expect(body).not.toContain('Ada');
    for (const line of body.split('\n').filter((text) => !text.includes('-->'))) expect(line.length).toBeLessThanOrEqual(20);
  });

  it.each(['format=doc', 'maxLines=9', 'maxLineLength=x', 'readingSpeed=1', 'minDuration=9', 'speakers=perhaps', 'colour=red'])(
    'refuses %s',
    async (query) => {
      const id = await transcript(['so']);
      expect((await get(`transcriptions/${id}/export?${query}`)).statusCode).toBe(422);
    },
  );

  it('reads a transcript of more lines than are read at once', async () => {
    const lines = Array.from({ length: 1_100 }, (_, index) => `line ${index}`);
    const { body } = await get(`transcriptions/${await transcript(lines)}/export?format=tsv`);
    expect(body.trim().split('\n')).toHaveLength(1_101);
  });
});

describe('what can be had', () => {
  it('names languages with who understands them, formats with their limits, and who transcribes', async () => {
    const { languages } = (await get('audio/config/languages')).json<{
      languages: { code: string; name: string; models: string[] }[];
    }>();
    expect(languages.length).toBeGreaterThan(90);
    expect(languages.find(({ code }) => code === 'de')).toMatchObject({
      name: 'German',
      models: expect.arrayContaining(['groq/whisper-large-v3']),
    });
    const formats = (await get('audio/config/formats')).json<{ recordings: { container: string }[] }>();
    expect(formats.recordings.map(({ container }) => container)).toEqual(expect.arrayContaining(['mp3', 'wav', 'opus', 'webm']));
    expect(formats).toMatchObject({
      maxBytes: expect.any(Number),
      maxSeconds: expect.any(Number),
      transcripts: expect.arrayContaining(['srt']),
    });
    const health = (await get('audio/config/health')).json<{ status: string; models: string[] }>();
    expect(health).toMatchObject({ status: 'ok', failing: [], models: expect.arrayContaining(['groq/whisper-large-v3-turbo']) });
  });
});

describe('an order', () => {
  const order = async (wish: object) => {
    const { id: audioId } = await makeAudio(api.database, user.workspaceId);
    return api.app.inject({
      method: 'POST',
      url: '/api/v1/transcriptions',
      headers: user.headers,
      payload: { audioId, provider: 'groq', ...wish },
    });
  };

  it('to translate goes to a model that can, or is refused with who could', async () => {
    expect((await order({ task: 'translate' })).json()).toMatchObject({ engine: { model: 'whisper-large-v3' } });
    const refused = await order({ task: 'translate', model: 'whisper-large-v3-turbo' });
    expect([refused.statusCode, refused.json()]).toMatchObject([
      422,
      { code: 'translation_not_supported', detail: expect.stringContaining('groq/whisper-large-v3') },
    ]);
  });

  it('may bring a vocabulary of up to a hundred entries', async () => {
    expect((await order({ vocabulary: ['Orion', 'Maria Lopez'] })).statusCode).toBe(202);
    for (const vocabulary of [Array(101).fill('x'), ['x'.repeat(61)], [1], {}])
      expect((await order({ vocabulary })).statusCode).toBe(422);
  });
});
