import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { Database } from '#database';
import type { SpeechChoice } from '#speech';

/** Looked back on: the last answers of all workspaces. */
const LATEST = 2_000;
/** Of fewer answers nobody can say what takes long. */
const ENOUGH = 20;
/** How long what was measured is taken for true. */
const FRESH_MS = 30_000;
/**
 * One call in twenty takes longer than the p95: so many second calls are paid for by twenty answers. When every call takes long, the
 * few that were saved up are spent, and no more is asked twice than the provider still answers.
 */
const SAVED_BY_ANSWER = 1 / 10;
const MOST_SAVED = 5;

/** Sound of a length is compared with sound half as long to twice as long: $1 latest answers, $2 how many are enough. */
const SLOW = `
SELECT provider || '/' || model || '/' || octave AS key,
  (percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms))::float8 AS milliseconds
FROM (
  SELECT provider, model, latency_ms, floor(log(2, greatest(audio_seconds, 1)::numeric))::int AS octave
  FROM transcription_attempts WHERE outcome = 'answered' ORDER BY id DESC LIMIT $1) latest
GROUP BY provider, model, octave HAVING count(*) >= $2`;

/** After how long a call takes longer than it should, where that is wished for (SPEECH_HEDGE) and known. */
@Injectable()
export class AnswerTimes {
  private measured = new Map<string, number>();
  private reading?: Promise<void>;
  private readAt = -Infinity;
  private saved = MOST_SAVED;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
  ) {}

  /**
   * The time in which 95 of 100 calls about so much sound are answered, in milliseconds; null where nobody is to be asked a second
   * time, or too little was measured.
   */
  async late({ provider, model }: SpeechChoice, seconds: number): Promise<number | null> {
    if (!this.config.speech.hedge) return null;
    if (performance.now() - this.readAt > FRESH_MS)
      await (this.reading ??= this.read().finally(() => (this.reading = undefined)));
    return this.measured.get(`${provider.id}/${model.id}/${Math.floor(Math.log2(Math.max(seconds, 1)))}`) ?? null;
  }

  /** A call was answered. */
  answered(): void {
    this.saved = Math.min(MOST_SAVED, this.saved + SAVED_BY_ANSWER);
  }

  /** Whether there is one more second call to be spent; it is, then. */
  spend(): boolean {
    if (this.saved < 1) return false;
    this.saved -= 1;
    return true;
  }

  private async read(): Promise<void> {
    type Row = { key: string; milliseconds: number };
    const rows = await this.database.asSystem((tx) => tx.query<Row>(SLOW, [LATEST, ENOUGH]));
    this.measured = new Map(rows.map(({ key, milliseconds }) => [key, milliseconds]));
    this.readAt = performance.now();
  }
}
