import { Injectable } from '@nestjs/common';
import { Database, type SystemTransaction, type Transcription } from '#database';
import { type FailedTries, JOB_NAMES, QueueStatus } from '#queues';
import type { SpeechChoice } from '#speech';
import { type OpenWork, OutlookRepository, type Speeds } from './outlook.repository.js';
import { placeInLine, secondsLeft } from './seconds-left.js';
import { isFinished } from './transcription-view.js';

/** What may be expected of a transcription that is not finished. */
export interface Outlook {
  /** 1: it is the next; null once it was begun. */
  queuePosition: number | null;
  /** Null when nothing is known to reckon from: no worker, or no measured speed. */
  estimatedSecondsLeft: number | null;
  failedTries: FailedTries;
}

interface Situation {
  readAt: number;
  speeds: Speeds;
  slots: number | null;
  work: OpenWork[];
}

/** What a reckoning wants to know of an order. */
type Reckoned = Pick<Transcription, 'workspaceId' | 'status' | 'durationSeconds' | 'chunkCount' | 'chunksDone'> & {
  options: Pick<Transcription['options'], 'provider' | 'model'>;
};

const STAGES = JOB_NAMES.filter((name) => name.startsWith('transcription.'));
/** How long the situation of all workspaces is remembered: many ask about their transcriptions every second. */
const REMEMBERED_MS = 2_000;
/** Taken for a recording whose length nobody has counted yet, in seconds. */
const USUAL_SECONDS = 300;
/** Sorts behind the id of every order there is. */
const BEHIND_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const NO_FAILED_TRIES: FailedTries = { count: 0, code: null, detail: null, nextAt: null };

/** Reckons how long transcriptions still take, from measured speeds, the slots there are and what goes before. */
@Injectable()
export class Outlooks {
  private situation?: Promise<Situation>;
  private readAt = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly repository: OutlookRepository,
    private readonly queue: QueueStatus,
  ) {}

  /** What may be expected of it. */
  async of(transcription: Transcription): Promise<Outlook> {
    if (isFinished(transcription)) return { queuePosition: null, estimatedSecondsLeft: null, failedTries: NO_FAILED_TRIES };
    const { workspaceId, id, generation } = transcription;
    const situation = await this.current();
    return this.database.inWorkspace(workspaceId, async (tx) => {
      const before = await this.repository.before(tx, transcription, situation.speeds, USUAL_SECONDS);
      const failedTries = await this.queue.failedTries(tx, id, generation, STAGES);
      return { ...reckon(transcription, situation, before), failedTries };
    });
  }

  /** Seconds until a transcript would be there, were it ordered now; null when nothing is known to reckon from. */
  async ofNew(workspaceId: string, { provider, model }: SpeechChoice, seconds: number, priority: number): Promise<number | null> {
    const situation = await this.current();
    const before = await this.database.inWorkspace(workspaceId, (tx) =>
      this.repository.before(tx, { id: BEHIND_ALL, priority }, situation.speeds, USUAL_SECONDS),
    );
    const options = { provider: provider.id, model: model.id };
    const order = { workspaceId, status: 'pending' as const, options, durationSeconds: seconds, chunkCount: null, chunksDone: 0 };
    return reckon(order, situation, before).estimatedSecondsLeft;
  }

  private async current(): Promise<Situation> {
    if (this.situation === undefined || performance.now() - this.readAt > REMEMBERED_MS) {
      this.readAt = performance.now();
      this.situation = this.database.asSystem((tx) => this.read(tx));
    }
    return this.situation;
  }

  private async read(tx: SystemTransaction): Promise<Situation> {
    const speeds = await this.repository.speeds(tx);
    const slots = await this.queue.slotsFor(tx, 'transcription.transcribe-chunk');
    return { readAt: performance.now(), speeds, slots, work: await this.repository.openWork(tx, speeds, USUAL_SECONDS) };
  }
}

function reckon(
  { workspaceId, status, options, durationSeconds, chunkCount, chunksDone }: Reckoned,
  { speeds, slots, work }: Situation,
  before: Omit<OpenWork, 'workspaceId'>,
): Omit<Outlook, 'failedTries'> {
  const others = work.filter((other) => other.workspaceId !== workspaceId);
  const counts = { ownBefore: before.count, others: others.map(({ count }) => count) };
  const queuePosition = status === 'pending' ? placeInLine(counts) : null;
  const speed = speeds[`${options.provider}/${options.model}`];
  if (speed === undefined || slots === null) return { queuePosition, estimatedSecondsLeft: null };
  const parts = (chunkCount ?? 1) - chunksDone;
  const share = chunkCount === null || chunkCount === 0 ? 1 : parts / chunkCount;
  const mine = ((durationSeconds ?? USUAL_SECONDS) * share) / speed;
  const ahead = { ownBefore: before.seconds, others: others.map(({ seconds }) => seconds), mine, parts, slots };
  return { queuePosition, estimatedSecondsLeft: Math.ceil(secondsLeft(ahead)) };
}
