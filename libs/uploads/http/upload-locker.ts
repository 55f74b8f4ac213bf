import { once } from 'node:events';
import type { Lock, Locker, RequestRelease } from '@tus/server';
import { FieldError } from '#errors';
import { uploadErrors } from '../uploads.errors.js';

/** Longer than a request that is asked to end may take to keep what it has. */
const WAIT_MS = 20_000;

interface Holder {
  requestRelease: RequestRelease;
  released: Promise<void>;
  release: () => void;
}

/**
 * One request at a time for each upload, in this process; whoever comes asks the one that is there to come to an end: its connection
 * is likely dead. The library's own locker burns a core while it waits.
 */
export class UploadLocker implements Locker {
  private readonly holders = new Map<string, Holder>();

  newLock(id: string): Lock {
    return new UploadLock(id, this.holders);
  }
}

class UploadLock implements Lock {
  constructor(
    private readonly id: string,
    private readonly holders: Map<string, Holder>,
  ) {}

  async lock(signal: AbortSignal, requestRelease: RequestRelease): Promise<void> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]);
    for (let holder = this.holders.get(this.id); holder !== undefined; holder = this.holders.get(this.id)) {
      if (patience.aborted)
        throw new FieldError(uploadErrors.upload_busy, uploadErrors.upload_busy.example, { retryAfterSeconds: 5 });
      await holder.requestRelease();
      await Promise.race([holder.released, once(patience, 'abort')]);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.holders.set(this.id, { requestRelease, released: promise, release: resolve });
  }

  unlock(): Promise<void> {
    const holder = this.holders.get(this.id);
    this.holders.delete(this.id);
    holder?.release();
    return Promise.resolve();
  }
}
