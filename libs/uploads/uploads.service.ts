import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AudioService, displayName, recordingPrefix, type Uploader } from '#audio';
import { Database, type Upload, type UploadKind, type WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { IdempotentEffects } from '#idempotency';
import type { Page, PageRequest } from '#paging';
import { JobOutbox } from '#queues';
import { Quotas } from '#quota';
import { ObjectStore, storageErrors, type StoredPart } from '#storage';
import { bytesOfPart, fittingParts, partCountOf, type PartPlan, planParts } from './part-plan.js';
import { assertUnfinished, statusOf, uploadNotFound } from './upload-states.js';
import { uploadErrors } from './uploads.errors.js';
import { type OverUpload, type UploadFailure, UploadsRepository } from './uploads.repository.js';

/** An upload that is not complete by then is given up and what it stored is removed. */
export const UPLOAD_HOURS = 24;
/** The life of a part's URL; another may be had at any time. */
const URL_SECONDS = 6 * 3_600;
/** Each costs the store something until it ends. */
export const MOST_UNFINISHED = 100;
/** A completion that is still under way when its upload is aborted may put something back. */
const CLEAR_AGAIN_SECONDS = 3_600;

/** What a client wants to send. */
export interface UploadOrder {
  kind: Exclude<UploadKind, 'url'>;
  name: string;
  bytes: number;
  /** Hexadecimal; null when the client does not say. */
  sha256: string | null;
}

/** Where one part goes. */
export interface PartUrl {
  number: number;
  bytes: number;
  url: string;
}

/** Uploads that take more than one request: begun, looked at, given up. */
@Injectable()
export class UploadsService {
  constructor(
    private readonly database: Database,
    private readonly uploads: UploadsRepository,
    private readonly store: ObjectStore,
    private readonly audio: AudioService,
    private readonly outbox: JobOutbox,
    private readonly effects: IdempotentEffects,
    private readonly quotas: Quotas,
  ) {}

  /** The largest there may be. */
  get mostBytes(): number {
    return this.audio.mostBytes;
  }

  /**
   * Begins an upload, in the store and then as a row. A crash between the two leaves the store something that its sweep finds.
   * @throws FieldError recording_too_large, too_many_uploads, and of `storageErrors`
   */
  async begin({ workspaceId, userId }: Uploader, order: UploadOrder): Promise<Upload> {
    this.audio.refuseBytes(order.bytes);
    await this.database.inWorkspace(workspaceId, (tx) => this.quotas.refuseUnlessLeft(tx, 'storage', order.bytes));
    const id = uuidv7();
    const { partBytes } = planParts(order.bytes);
    const objectKey = `${recordingPrefix(workspaceId, id)}original`;
    // What it is the bytes say, once they are here; the type of its downloads comes from the row of the recording.
    const storeUploadId = await this.store.beginParts(objectKey, { contentType: 'application/octet-stream', partBytes });
    const expiresAt = new Date(Date.now() + UPLOAD_HOURS * 3_600_000);
    const upload = {
      ...order,
      id,
      createdBy: userId,
      name: displayName(order.name),
      objectKey,
      storeUploadId,
      partBytes,
      expiresAt,
    };
    const begun = await this.database.inWorkspace(workspaceId, async (tx) => {
      if (!(await this.uploads.insert(tx, upload, MOST_UNFINISHED))) return null;
      await this.effects.mark(tx, `/api/v1/uploads/${id}`);
      return this.uploads.find(tx, id);
    });
    if (begun !== null) return begun;
    await this.store.abortParts(objectKey, storeUploadId);
    throw tooManyUploads();
  }

  /** @throws FieldError upload_not_found, also for another workspace's */
  async get(workspaceId: string, id: string): Promise<Upload> {
    const upload = await this.uploads.look(this.database, workspaceId, id);
    if (upload === null) throw uploadNotFound();
    return upload;
  }

  /** Newest first. */
  async list(workspaceId: string, page: PageRequest): Promise<Page<Upload>> {
    return this.database.inWorkspace(workspaceId, (tx) => this.uploads.list(tx, page));
  }

  /** The parts that have arrived with their right size; none of an upload that does not go in parts or is over. */
  async arrivedParts(upload: Upload): Promise<StoredPart[]> {
    if (upload.kind !== 'parts' || statusOf(upload) !== 'open') return [];
    try {
      return fittingParts(planOf(upload), await this.store.parts(upload.objectKey, upload.storeUploadId ?? ''));
    } catch (error) {
      // Completed or aborted since the row was read.
      if (error instanceof FieldError && error.code === storageErrors.parts_not_found.code) return [];
      throw error;
    }
  }

  /**
   * URLs that take parts.
   * @param numbers of the parts, from 1
   * @throws FieldError upload_over, upload_of_another_kind, no_such_part
   */
  async partUrls(upload: Upload, numbers: readonly number[]): Promise<{ urls: PartUrl[]; expiresAt: Date }> {
    if (upload.kind !== 'parts') throw notInParts();
    assertUnfinished(upload);
    const plan = planOf(upload);
    const wrong = numbers.filter((number) => number > partCountOf(plan));
    if (wrong.length > 0) throw noSuchPart(wrong, plan);
    const left = Math.floor((upload.expiresAt.getTime() - Date.now()) / 1_000);
    const expiresSeconds = Math.max(1, Math.min(URL_SECONDS, left));
    const expiresAt = new Date(Date.now() + expiresSeconds * 1_000);
    const { objectKey, storeUploadId } = upload;
    const urls = numbers.map(async (number) => {
      const bytes = bytesOfPart(plan, number);
      return { number, bytes, url: await this.store.partUrl(objectKey, storeUploadId ?? '', number, { bytes, expiresSeconds }) };
    });
    return { urls: await Promise.all(urls), expiresAt };
  }

  /** Gives an upload up; what has come of it is removed soon after. Not an error when it was given up before. @throws FieldError upload_over */
  async abort(workspaceId: string, id: string): Promise<void> {
    await this.database.inWorkspace(workspaceId, async (tx) => {
      const upload = await this.uploads.find(tx, id);
      if (upload === null) throw uploadNotFound();
      if (upload.status === 'aborted') return;
      if (!(await this.end(tx, upload, 'aborted'))) assertUnfinished(await this.getIn(tx, id));
    });
  }

  /**
   * Ends an upload in the caller's transaction, and owes the removal of what it stored. One that we fetch stores nothing before its end;
   * its job is called off. @returns false when it is over already
   */
  async end(
    tx: WorkspaceTransaction,
    upload: OverUpload & Pick<Upload, 'kind'>,
    status: 'aborted' | 'failed',
    failure: UploadFailure | null = null,
  ): Promise<boolean> {
    if (!(await this.uploads.end(tx, upload.id, status, failure))) return false;
    if (upload.kind === 'url') await this.outbox.forget(tx, upload.id);
    else await oweClearing(this.outbox, tx, upload);
    return true;
  }

  private async getIn(tx: WorkspaceTransaction, id: string): Promise<Upload> {
    const upload = await this.uploads.find(tx, id);
    if (upload === null) throw uploadNotFound();
    return upload;
  }
}

/** Owes the removal of what lies in the store of an upload that came to nothing: now, and once more when nobody can be at work on it. */
export async function oweClearing(
  outbox: JobOutbox,
  tx: Parameters<JobOutbox['add']>[0],
  { id, workspaceId, objectKey, storeUploadId }: OverUpload,
): Promise<void> {
  const job = { workspaceId, subjectId: id, payload: { objectKey, storeUploadId } };
  await outbox.add(tx, 'uploads.clear', job);
  await outbox.add(tx, 'uploads.clear', { ...job, part: 1, delaySeconds: CLEAR_AGAIN_SECONDS });
}

/** How the upload is cut; of one whose size and parts are known. */
export function planOf({ bytes, partBytes }: Upload): PartPlan {
  if (bytes === null || partBytes === null)
    throw new TypeError('An upload that is sent to us knows its size from its beginning.');
  return { bytes: Number(bytes), partBytes };
}

export function notInParts(): FieldError {
  return new FieldError(uploadErrors.upload_of_another_kind, uploadErrors.upload_of_another_kind.example);
}

function noSuchPart(numbers: number[], plan: PartPlan): FieldError {
  const given = numbers.slice(0, 10).join(', ');
  return new FieldError(
    uploadErrors.no_such_part,
    `The upload has parts 1 to ${partCountOf(plan)}, and not ${given}. Ask for those.`,
  );
}

export function tooManyUploads(): FieldError {
  return new FieldError(
    uploadErrors.too_many_uploads,
    `${MOST_UNFINISHED} uploads are open in this workspace, the most there may be. Complete or abort some first.`,
  );
}
