import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import type { ChunkRedo, Transcription, TranscriptionChunk, WorkspaceTransaction } from '#database';
import { OwnKeys } from '#provider-keys';
import { JobOutbox } from '#queues';
import type { ClaimedJob, JobFacts } from '#queues/worker';
import type { SpeechChoice } from '#speech';
import { enginesToAsk } from '../quality/engines-to-ask.js';
import { MOST_TRIES, planRedo } from '../quality/plan-redo.js';
import { answeredOf } from '../quality/settle-recording.js';
import { RedoRepository } from '../redo.repository.js';
import { runOf } from './transcription-runs.js';

/** Part of the job that puts the chunks together once what was suspicious was asked about again. */
const AFTER_REDO = 1;

type AssembleJob = ClaimedJob<'transcription.assemble'>;

/** What is asked about again because its text does not fit its sound: once for each run, before its chunks are put together. */
@Injectable()
export class SecondAnswers {
  constructor(
    private readonly config: Config,
    private readonly redos: RedoRepository,
    private readonly ownKeys: OwnKeys,
    private readonly outbox: JobOutbox,
  ) {}

  /**
   * Looks at all answers of a run and owes the questions to be asked again, which end the job.
   * @returns false when there are none, and the chunks can be put together
   */
  async begin(job: AssembleJob, transcription: Transcription, chunks: readonly TranscriptionChunk[]): Promise<boolean> {
    if (job.facts.part >= AFTER_REDO) return false;
    const { language } = transcription.options;
    const planned = planRedo(answeredOf(chunks), language, this.config.speech.redoPercent / 100);
    // Chunks an earlier generation asked about are not asked about once more; those it was stopped at are gone on with.
    const before = new Map(chunks.flatMap(({ index, redo }) => (redo === null ? [] : [[index, redo] as const])));
    const redos = [
      ...planned
        .filter(({ index }) => !before.has(index))
        .map(({ index, ...plan }): { index: number; redo: ChunkRedo } => ({ index, redo: { ...plan, tries: [], open: true } })),
      ...[...before].filter(([, { open }]) => open).map(([index, redo]) => ({ index, redo })),
    ];
    if (redos.length === 0 || (await job.read((tx) => this.enginesFor(tx, transcription))).length === 0) return false;
    await job.commit(async (tx) => {
      if ((await this.redos.begin(tx, runOf(job.facts), redos)) === 0) return;
      const next = nextOf(job.facts);
      const parts = redos.map(({ index, redo }) => ({ ...next, part: index * MOST_TRIES + redo.tries.length }));
      await this.outbox.addMany(tx, 'transcription.redo-chunk', parts);
    });
    return true;
  }

  /** Who is asked, in order. */
  async enginesFor(tx: WorkspaceTransaction, { options }: Transcription): Promise<SpeechChoice[]> {
    return enginesToAsk(await this.ownKeys.available(tx), options).slice(0, MOST_TRIES);
  }

  /** Keeps what came back, and owes what comes next: the next try, or after the last one putting the chunks together. */
  async keep(
    tx: WorkspaceTransaction,
    facts: JobFacts<'transcription.redo-chunk'>,
    { redo, before }: { redo: ChunkRedo; before: number },
  ): Promise<void> {
    const index = chunkOf(facts);
    const counted = await this.redos.answer(tx, runOf(facts), index, { redo, before });
    if (counted === 'void') return;
    const next = nextOf(facts);
    if (redo.open) {
      await this.outbox.add(tx, 'transcription.redo-chunk', { ...next, part: index * MOST_TRIES + redo.tries.length });
    } else if (counted === 'last') {
      await this.outbox.add(tx, 'transcription.assemble', { ...next, part: AFTER_REDO });
    }
  }
}

/** Which chunk a job asks about again. */
export function chunkOf({ part }: JobFacts<'transcription.redo-chunk'>): number {
  return Math.floor(part / MOST_TRIES);
}

function nextOf({ workspaceId, subjectId, generation }: JobFacts<'transcription.assemble' | 'transcription.redo-chunk'>) {
  return { workspaceId, subjectId, generation, payload: {} };
}
