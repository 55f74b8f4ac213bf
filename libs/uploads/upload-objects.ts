import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';

/** Uploads put their parts where the recording will lie. What came of one that was given up is removed within two hours. */
const HAVE_OBJECTS = `
SELECT id FROM uploads
WHERE id = ANY ($1::uuid[]) AND (status IN ('open', 'completing') OR finished_at > now() - interval '2 hours')`;

/** Which uploads of all workspaces may have something in the store that is no recording yet: to compare it with. */
@Injectable()
export class UploadObjects {
  /** Those of these uploads. */
  async existing(tx: SystemTransaction, ids: string[]): Promise<Set<string>> {
    return new Set((await tx.query<{ id: string }>(HAVE_OBJECTS, [ids])).map(({ id }) => id));
  }
}
