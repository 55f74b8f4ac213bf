import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { registerAccount, uploadSound } from './account.ts';
import type { Stage } from './stage.ts';

/** For rows whose workers prepare and do nothing else: the provider is never asked. */
export const PREPARE_ONLY = { OPENAI_API_KEY: 'none', SPEECH_PROVIDER: 'openai', WORKER_JOBS: 'transcription.prepare' };

const PATIENCE_MS = 1_800_000;
const LOOK_EVERY_MS = 50;

/** How long the stages of a transcription took, in seconds by the clock of the database. */
interface Course {
  /** From the claim of the job that prepares to its commit. */
  prepare: number;
  /** From the order to the transcript; null when it is not there. */
  whole: number | null;
}

const COURSE = `
SELECT extract(epoch FROM j.finished_at - t.started_at)::float8 AS prepare, extract(epoch FROM t.finished_at - t.created_at)::float8 AS whole,
  t.status
FROM transcriptions t JOIN jobs j ON j.subject_id = t.id AND j.name = 'transcription.prepare' AND j.state = 'done' WHERE t.id = $1`;

/** An account that has recordings transcribed by OpenAI's adapter; at what address decides the settings of the API. */
export class Transcribing {
  private orders = 0;
  private readonly stage: Stage;
  private readonly origin: string;
  private readonly token: string;

  private constructor(stage: Stage, origin: string, token: string) {
    this.stage = stage;
    this.origin = origin;
    this.token = token;
  }

  static async open(stage: Stage, settings: Record<string, string>): Promise<Transcribing> {
    const origin = await stage.startApi(settings);
    const { token } = await registerAccount(origin);
    return new Transcribing(stage, origin, token);
  }

  /** Somebody else, in a workspace of their own, who uses the same API. */
  async stranger(email: string): Promise<Transcribing> {
    const { token } = await registerAccount(this.origin, email);
    return new Transcribing(this.stage, this.origin, token);
  }

  /** @returns the id of the recording */
  async upload(path: string): Promise<string> {
    return uploadSound(this.origin, this.token, await openAsBlob(path), basename(path));
  }

  /** Orders a transcript and waits until the recording is cut. @returns seconds that took, and the id */
  async prepare(audioId: string): Promise<{ id: string; seconds: number }> {
    const { id, course } = await this.follow(audioId, () => true);
    return { id, seconds: course.prepare };
  }

  /** Orders a transcript and waits for it. @returns seconds that took, and the id */
  async transcribe(audioId: string): Promise<{ id: string; seconds: number }> {
    const { id, course } = await this.follow(audioId, ({ whole }) => whole !== null);
    return { id, seconds: course.whole ?? NaN };
  }

  /** Each order has a prompt of its own, so that none is answered with the transcript of another. @returns its id */
  async order(audioId: string): Promise<string> {
    this.orders += 1;
    const body = JSON.stringify({ audioId, prompt: `Turn ${this.orders}` });
    return this.post('transcriptions', body);
  }

  private async follow(audioId: string, suits: (course: Course) => boolean): Promise<{ id: string; course: Course }> {
    const id = await this.order(audioId);
    return this.stage.asOwner(async (owner) => {
      for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(LOOK_EVERY_MS)) {
        const [course] = (await owner.query<Course & { status: string }>(COURSE, [id])).rows;
        if (course?.status === 'failed') throw new Error(`The transcription ${id} failed.`);
        if (course !== undefined && suits(course)) return { id, course };
      }
      throw new Error(`The transcription ${id} did not come to its end.`);
    });
  }

  private async post(path: string, body: string): Promise<string> {
    const response = await fetch(`${this.origin}/api/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body,
    });
    if (!response.ok) throw new Error(`POST ${path}: ${await response.text()}`);
    return ((await response.json()) as { id: string }).id;
  }
}
