import { Injectable } from '@nestjs/common';
import { Database, type QuotaResource, type WorkspaceTransaction } from '#database';
import { Quotas, type Standing } from '#quota';
import type { SpeechChoice } from '#speech';
import { callCost } from './call-cost.js';
import { EngineChoice, type WorkspaceEngines } from './engine-choice.js';
import { Outlooks } from './outlook.js';
import { PRIORITIES } from './priorities.js';
import { TranscriptionQuota } from './transcription-quota.js';
import type { TranscriptionWish } from './order-options.js';
import { TranscriptionService } from './transcription.service.js';

/** What is to be transcribed: a recording that is here, or so many seconds of one that is not. */
export type Estimated = { audioId: string } | { seconds: number };

/** What an order would take, as far as it can be known before. */
export interface Estimate {
  choice: SpeechChoice;
  /** Of sound, all channels that are transcribed apart together. */
  seconds: number;
  /** Millionths of a dollar by the price table; null where no price is known. */
  costMicroDollars: number | null;
  /** What it needs, and where that stands; amounts in the units of the ledger. */
  quotas: { standing: Standing; needed: number }[];
  fits: boolean;
  /** Seconds until the transcript is there, were it ordered now; null when nothing is known to reckon from. */
  secondsLeft: number | null;
}

const NEEDED: QuotaResource[] = ['processing', 'transcription'];

/** Says what an order would take, without ordering. */
@Injectable()
export class Estimates {
  constructor(
    private readonly database: Database,
    private readonly transcriptions: TranscriptionService,
    private readonly engines: EngineChoice,
    private readonly quota: TranscriptionQuota,
    private readonly quotas: Quotas,
    private readonly outlooks: Outlooks,
  ) {}

  /** @throws FieldError as an order, without quota_exceeded */
  async of(workspaceId: string, what: Estimated, wish: TranscriptionWish): Promise<Estimate> {
    const { priority = 'normal' } = wish;
    const engines = await this.engines.read(workspaceId);
    const { choice, seconds, quotas } = await this.database.inWorkspace(workspaceId, async (tx) => {
      const sound = await this.soundOf(tx, engines, what, wish);
      return { ...sound, quotas: await this.needs(tx, 1_000 * sound.seconds) };
    });
    return {
      choice,
      seconds,
      costMicroDollars: callCost(choice.model.price, seconds, undefined),
      quotas,
      fits: quotas.every(({ standing, needed }) => fits(standing, needed)),
      secondsLeft: await this.outlooks.ofNew(workspaceId, choice, seconds, PRIORITIES[priority]),
    };
  }

  private async soundOf(
    tx: WorkspaceTransaction,
    engines: WorkspaceEngines,
    what: Estimated,
    wish: TranscriptionWish,
  ): Promise<{ choice: SpeechChoice; seconds: number }> {
    if ('seconds' in what) {
      const { choice } = await this.engines.choose(tx, engines, wish);
      return { choice, seconds: what.seconds };
    }
    const { audio, channels, engine } = await this.transcriptions.consider(tx, engines, what.audioId, wish);
    return { choice: engine.choice, seconds: await this.quota.seconds(tx, audio, channels?.length ?? 1) };
  }

  private async needs(tx: WorkspaceTransaction, milliseconds: number): Promise<Estimate['quotas']> {
    const needed = Math.round(milliseconds);
    const needs: Estimate['quotas'] = [];
    for (const resource of NEEDED) needs.push({ standing: await this.quotas.standing(tx, resource), needed });
    return needs;
  }
}

/** Whether so much is left. */
export function fits({ limit, used, reserved }: Standing, needed: number): boolean {
  return limit === null || used + reserved + needed <= limit;
}
