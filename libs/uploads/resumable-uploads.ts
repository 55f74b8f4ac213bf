import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { recordingPrefix } from '#audio';
import { type Audio, Database, type Upload } from '#database';
import { FieldError } from '#errors';
import { Log } from '#observability';
import { ObjectStore } from '#storage';
import { type Landing, PartsInOrder } from './parts-in-order.js';
import { UploadCompletion } from './upload-completion.js';
import { assertUnfinished, uploadNotFound } from './upload-states.js';
import { uploadErrors } from './uploads.errors.js';
import { UploadsRepository } from './uploads.repository.js';
import { planOf, UploadsService } from './uploads.service.js';

/** Longer than a killed process is taken for alive. */
const CLAIM_WITHIN_MS = 15_000;
const CLAIM_AGAIN_MS = 250;
const ALIVE_EVERY_MS = 3_000;

/** Uploads whose bytes come in order, in as many requests as the connection makes of it. Their state is in rows, so any process can go on. */
@Injectable()
export class ResumableUploads {
  constructor(
    private readonly database: Database,
    private readonly repository: UploadsRepository,
    private readonly uploads: UploadsService,
    private readonly completion: UploadCompletion,
    private readonly store: ObjectStore,
    private readonly log: Log,
  ) {}

  /**
   * How far an upload is. One whose last byte came just before its process died is completed now.
   * @throws FieldError upload_not_found, upload_gone; what completing throws
   */
  async get(workspaceId: string, id: string): Promise<Upload> {
    const upload = await this.uploads.get(workspaceId, id);
    if (upload.kind !== 'resumable') throw uploadNotFound();
    if (upload.status === 'completed') return upload;
    assertUnfinished(upload, 'upload_gone');
    if (upload.receivedBytes !== upload.bytes) return upload;
    await this.completion.complete(workspaceId, id);
    return this.uploads.get(workspaceId, id);
  }

  /**
   * Takes bytes where the upload stands; what came before the source broke off is kept, and the source's error thrown on.
   * @param from the offset the bytes are meant for
   * @returns the new offset
   * @throws FieldError upload_offset_mismatch, upload_busy, upload_gone, and of `storageErrors`
   */
  async append(workspaceId: string, id: string, from: number, source: AsyncIterable<Buffer>): Promise<number> {
    return this.asWriter(workspaceId, id, async (writer) => {
      const upload = await this.uploads.get(workspaceId, id);
      assertUnfinished(upload, 'upload_gone');
      if (Number(upload.receivedBytes) !== from) throw offsetMismatch();
      const parts = new PartsInOrder(planOf(upload), this.landingOf(upload, writer));
      await parts.resume(from);
      return parts.take(source);
    });
  }

  /** Makes the recording, once all bytes are there. */
  async complete(workspaceId: string, id: string): Promise<Audio> {
    return this.completion.complete(workspaceId, id);
  }

  /** Where the parts of an upload go, and what is noted of them. Bytes that fill no part yet lie in an object of their own. */
  private landingOf({ id, workspaceId, objectKey, storeUploadId }: Upload, writer: string): Landing {
    const tail = (end: number): string => `${recordingPrefix(workspaceId, id)}tail-${end}`;
    return {
      putPart: async (number, content) => {
        await this.store.putPart(objectKey, storeUploadId ?? '', number, content);
      },
      putTail: async (end, content) => {
        await this.store.put(tail(end), Readable.from([content]), { contentType: 'application/octet-stream' });
      },
      getTail: async (end) => buffer((await this.store.get(tail(end))).body),
      dropTail: async (end) => this.store.delete(tail(end)),
      note: async (before, after) => {
        const noted = await this.database.inWorkspace(workspaceId, (tx) =>
          this.repository.advance(tx, id, writer, before, after),
        );
        if (!noted) throw offsetMismatch();
      },
    };
  }

  /** Lets one request at a time write, over all processes: two would mix their bytes. */
  private async asWriter<T>(workspaceId: string, id: string, work: (writer: string) => Promise<T>): Promise<T> {
    const writer = randomUUID();
    await this.claim(workspaceId, id, writer);
    const beat = setInterval(() => void this.quietly(workspaceId, id, writer, 'claim'), ALIVE_EVERY_MS);
    try {
      return await work(writer);
    } finally {
      clearInterval(beat);
      await this.quietly(workspaceId, id, writer, 'release');
    }
  }

  private async claim(workspaceId: string, id: string, writer: string): Promise<void> {
    const deadline = performance.now() + CLAIM_WITHIN_MS;
    while (!(await this.database.inWorkspace(workspaceId, (tx) => this.repository.claim(tx, id, writer)))) {
      if (performance.now() > deadline)
        throw new FieldError(uploadErrors.upload_busy, uploadErrors.upload_busy.example, { retryAfterSeconds: 5 });
      await sleep(CLAIM_AGAIN_MS);
    }
  }

  /** What is not said now is found out by whoever notes bytes next. */
  private async quietly(workspaceId: string, id: string, writer: string, what: 'claim' | 'release'): Promise<void> {
    try {
      await this.database.inWorkspace(workspaceId, async (tx) => {
        await this.repository[what](tx, id, writer);
      });
    } catch (error) {
      this.log.warn('Who sends to an upload could not be noted', { id, what, error });
    }
  }
}

function offsetMismatch(): FieldError {
  return new FieldError(uploadErrors.upload_offset_mismatch, uploadErrors.upload_offset_mismatch.example);
}
