import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { audioErrors, AudioService } from '#audio';
import { Config } from '#config';
import { type Audio, isDatabaseUnavailable, type WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { Log } from '#observability';
import { OutgoingClient, type OutgoingLimits } from '#outgoing';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { refusedForGood } from '#quota';
import { Vault } from '#vault';
import { IMPORT_SCHEMES } from '../import/import.service.js';
import { ImportsRepository, type OpenImport, sourcePlace } from '../import/imports.repository.js';
import { uploadErrors } from '../uploads.errors.js';
import { UploadsRepository } from '../uploads.repository.js';

type ImportJob = ClaimedJob<'audio.import'>;

/** Between two notes of how far it is. */
const NOTE_MS = 2_000;

/** A link of a store leads there by one redirect, a short link by one more; five is what is left to those with consent pages. */
const LIMITS: Omit<OutgoingLimits, 'maxBytes'> = {
  schemes: IMPORT_SCHEMES,
  redirects: 5,
  connectSeconds: 10,
  idleSeconds: 30,
  totalSeconds: 3_600,
};

/** Fetches a recording from its address straight into the store. Its row and the end of the import are one transaction. */
@Injectable()
@OnJob('audio.import')
export class ImportHandler implements JobHandler<'audio.import'> {
  constructor(
    private readonly uploads: UploadsRepository,
    private readonly imports: ImportsRepository,
    private readonly audio: AudioService,
    private readonly outgoing: OutgoingClient,
    private readonly vault: Vault,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  async run(job: ImportJob): Promise<void> {
    const { workspaceId, subjectId } = job.facts;
    const { wanted, address } = await job.read((tx) => this.open(tx, subjectId));
    const limits = { ...LIMITS, maxBytes: this.config.recordings.maxBytes };
    const answer = await this.outgoing.get(address, limits, job.signal);
    try {
      const body = Readable.from(this.noted(job, answer.body, answer.bytes), { objectMode: false });
      const taken = this.audio.takeIn(
        { workspaceId, userId: wanted.createdBy },
        { name: wanted.name, body, signal: job.signal },
        (write) => this.commit(job, wanted, write),
      );
      await refusedForGood(taken);
    } finally {
      answer.body.destroy();
    }
  }

  async giveUp(tx: WorkspaceTransaction, { subjectId }: JobFacts<'audio.import'>, failure: JobFailure): Promise<void> {
    await this.uploads.end(tx, subjectId, 'failed', failure);
    this.log.warn('A recording was not fetched', { uploadId: subjectId, code: failure.code });
  }

  private async open(tx: WorkspaceTransaction, id: string): Promise<{ wanted: OpenImport; address: string }> {
    const wanted = await this.imports.findOpen(tx, id);
    if (wanted === null) throw over();
    return { wanted, address: await this.vault.open(tx, tx.workspaceId, sourcePlace(id), wanted.sealedSource) };
  }

  /** All or nothing: a worker that lost the job writes no recording, and a recording has its import completed. */
  private async commit(
    job: ImportJob,
    { id, sha256 }: OpenImport,
    write: (tx: WorkspaceTransaction) => Promise<Audio>,
  ): Promise<Audio> {
    let taken: Audio | undefined;
    await job.commit(async (tx) => {
      taken = await write(tx);
      if (sha256 !== null && sha256 !== taken.sha256) throw otherFile(taken.sha256);
      if (!(await this.imports.complete(tx, id, taken))) throw over();
    });
    if (taken === undefined) throw new Error('The job was committed without its effects.');
    return taken;
  }

  /** The body, with a note of how far it is now and then. */
  private async *noted(job: ImportJob, body: AsyncIterable<Buffer>, bytes: number | null): AsyncGenerator<Buffer> {
    let [received, notedAt] = [0, -Infinity];
    for await (const piece of body) {
      if (performance.now() - notedAt > NOTE_MS) {
        await this.note(job, received, bytes);
        notedAt = performance.now();
      }
      received += piece.length;
      yield piece;
    }
  }

  /** A database that is away for a moment costs a note, not what was fetched so far. */
  private async note(job: ImportJob, received: number, bytes: number | null): Promise<void> {
    try {
      await job.write((tx) => this.imports.noteProgress(tx, job.facts.subjectId, received, bytes));
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
    }
  }
}

function over(): FieldError {
  return new FieldError(uploadErrors.upload_over, 'The import is over: it was aborted, or its workspace is gone.');
}

function otherFile(sha256: string): FieldError {
  return new FieldError(
    audioErrors.checksum_mismatch,
    `The SHA-256 of what arrived is ${sha256}, not the one that was announced. Nothing was kept; check the address.`,
  );
}
