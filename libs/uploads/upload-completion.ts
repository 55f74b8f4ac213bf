import { Injectable } from '@nestjs/common';
import { AudioService, recordingPrefix } from '#audio';
import { type Audio, Database, storableText, type Upload } from '#database';
import { FieldError } from '#errors';
import { Log } from '#observability';
import { ObjectStore, type StoredPart } from '#storage';
import { missingParts, partCountOf } from './part-plan.js';
import { assertUnfinished, statusOf } from './upload-states.js';
import { uploadErrors } from './uploads.errors.js';
import { UploadsRepository } from './uploads.repository.js';
import { planOf, UploadsService } from './uploads.service.js';

/** How many missing parts an answer names. */
const NAMED = 20;

/**
 * Makes a recording of an upload whose bytes are all there. Every step may be done again: what an earlier run did, also one that was
 * killed, is found and used; of several at once, one writes the row, and all give the same recording.
 */
@Injectable()
export class UploadCompletion {
  /** Those under way in this process, so that they are not done several times at once. */
  private readonly underWay = new Map<string, Promise<Audio>>();

  constructor(
    private readonly database: Database,
    private readonly repository: UploadsRepository,
    private readonly uploads: UploadsService,
    private readonly store: ObjectStore,
    private readonly audio: AudioService,
    private readonly log: Log,
  ) {}

  /**
   * @returns the recording; the same one each time
   * @throws FieldError upload_not_found, upload_over, upload_incomplete; of `audioErrors`, `mediaErrors` and `storageErrors`
   */
  async complete(workspaceId: string, id: string): Promise<Audio> {
    const place = `${workspaceId}/${id}`;
    const running = this.underWay.get(place) ?? this.run(workspaceId, id).finally(() => this.underWay.delete(place));
    this.underWay.set(place, running);
    return running;
  }

  private async run(workspaceId: string, id: string): Promise<Audio> {
    const upload = await this.uploads.get(workspaceId, id);
    if (upload.audioId !== null) return this.audio.get(workspaceId, upload.audioId);
    if (upload.kind === 'url') throw notSentToUs();
    assertUnfinished(upload);
    const parts = await this.partsToJoin(upload);
    const started = await this.database.inWorkspace(workspaceId, (tx) => this.repository.startCompleting(tx, id));
    if (!started) return this.outcome(workspaceId, id);
    try {
      const joined = parts && (await this.store.completeParts(upload.objectKey, upload.storeUploadId ?? '', parts));
      return await this.makeRecording(upload, joined?.sha256 ?? null);
    } catch (error) {
      if (isVerdict(error)) await this.fail(upload, error);
      else await this.assertStillWanted(workspaceId, id);
      throw error;
    }
  }

  /** Null when an earlier run has joined them. @throws FieldError upload_incomplete */
  private async partsToJoin(upload: Upload): Promise<StoredPart[] | null> {
    const plan = planOf(upload);
    const whole = await this.store.head(upload.objectKey);
    if (whole?.bytes === plan.bytes) return null;
    const parts = await this.store.parts(upload.objectKey, upload.storeUploadId ?? '');
    const missing = missingParts(plan, parts);
    if (missing.length > 0) throw incomplete(missing, partCountOf(plan));
    return parts.slice(0, partCountOf(plan));
  }

  private async makeRecording(upload: Upload, knownSha256: string | null): Promise<Audio> {
    const { id, workspaceId, objectKey, name, createdBy, sha256 } = upload;
    const landed = { id, objectKey, name, createdBy, sha256, knownSha256, bytes: Number(upload.bytes) };
    const recording = await this.audio.examine(landed);
    const entered = await this.database.inWorkspace(workspaceId, async (tx) => {
      if (!(await this.repository.complete(tx, id))) return null;
      const audio = await this.audio.enter(tx, recording);
      await this.repository.nameRecording(tx, id);
      return audio;
    });
    return entered ?? (await this.outcome(workspaceId, id));
  }

  /** What somebody else made of it meanwhile. */
  private async outcome(workspaceId: string, id: string): Promise<Audio> {
    const { audioId } = await this.uploads.get(workspaceId, id);
    if (audioId !== null) return this.audio.get(workspaceId, audioId);
    await this.assertStillWanted(workspaceId, id);
    throw new Error('An upload that is neither over nor complete can be completed.');
  }

  /** An upload that was given up meanwhile is no failure of the store; but what this run put there would stay. */
  private async assertStillWanted(workspaceId: string, id: string): Promise<void> {
    const upload = await this.uploads.get(workspaceId, id);
    const status = statusOf(upload);
    if (status === 'aborted' || status === 'expired') await this.removeLeftovers(workspaceId, id);
    assertUnfinished(upload);
  }

  private async removeLeftovers(workspaceId: string, id: string): Promise<void> {
    try {
      await this.store.deletePrefix(recordingPrefix(workspaceId, id));
    } catch (error) {
      this.log.warn('What came of an upload that was given up could not be removed; the job it left will do it', { id, error });
    }
  }

  private async fail(upload: Upload, error: FieldError): Promise<void> {
    const failure = { code: error.code, detail: storableText(error.message) };
    await this.database.inWorkspace(upload.workspaceId, (tx) => this.uploads.end(tx, upload, 'failed', failure));
  }
}

/** Whether the error is about the bytes themselves: trying again cannot help. */
function isVerdict(error: unknown): error is FieldError {
  return error instanceof FieldError && (error.kind === 'unprocessable' || error.kind === 'unsupported_media');
}

function notSentToUs(): FieldError {
  const detail = 'This upload is fetched from a URL and completes by itself. Look at it to see how far it is.';
  return new FieldError(uploadErrors.upload_of_another_kind, detail);
}

function incomplete(missing: number[], count: number): FieldError {
  const named = missing.slice(0, NAMED).join(', ') + (missing.length > NAMED ? ' …' : '');
  const [are, them] = missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return new FieldError(
    uploadErrors.upload_incomplete,
    `${missing.length} of ${count} parts ${are} missing or not of the right size: ${named}. Send ${them}, then complete the upload.`,
    { members: { missingParts: missing.slice(0, NAMED).map(String) } },
  );
}
