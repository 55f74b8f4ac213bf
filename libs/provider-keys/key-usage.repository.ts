import { Injectable } from '@nestjs/common';
import type { WorkspaceTransaction } from '#database';

/** One call to a provider with a workspace's own key. */
export interface KeyUse {
  model: string;
  audioSeconds: number;
  /** Millionths of a dollar; null where no price is known. */
  costMicroDollars: string | null;
  /** Set when the call failed: by which kind of error. */
  errorCode: string | null;
}

/** What a day's calls with one model come to. */
export interface UsageOfDay {
  /** YYYY-MM-DD, UTC. */
  day: string;
  provider: string;
  model: string;
  calls: number;
  failed: number;
  audioSeconds: number;
  costMicroDollars: number | null;
}

const COUNT = `
INSERT INTO provider_key_usage AS u (provider_key_id, day, model, workspace_id, calls, failed, audio_seconds, cost_micro_dollars)
SELECT id, (now() AT TIME ZONE 'UTC')::date, $3, workspace_id, 1, $4::integer, $5::float8, $6::bigint
FROM provider_keys WHERE workspace_id = $1 AND id = $2
ON CONFLICT (provider_key_id, day, model) DO UPDATE SET
  calls = u.calls + 1,
  failed = u.failed + excluded.failed,
  audio_seconds = u.audio_seconds + excluded.audio_seconds,
  cost_micro_dollars = CASE WHEN excluded.cost_micro_dollars IS NULL THEN u.cost_micro_dollars
    ELSE coalesce(u.cost_micro_dollars, 0) + excluded.cost_micro_dollars END`;

const USED = `
UPDATE provider_keys SET last_used_at = now(), last_error_code = coalesce($3, last_error_code) WHERE workspace_id = $1 AND id = $2`;

const USAGE = `
SELECT to_char(u.day, 'YYYY-MM-DD') AS day, k.provider, u.model, u.calls, u.failed, u.audio_seconds AS "audioSeconds",
  u.cost_micro_dollars::float8 AS "costMicroDollars"
FROM provider_key_usage u JOIN provider_keys k ON k.id = u.provider_key_id
WHERE u.workspace_id = $1 AND u.provider_key_id = $2 AND u.day BETWEEN $3 AND $4
ORDER BY u.day DESC, u.model`;

/** What was done with the workspaces' own keys. */
@Injectable()
export class KeyUsageRepository {
  /** Counts a call; nothing when the key is gone. Belongs at the end of its transaction: calls with one key wait for each other here. */
  async count(
    tx: WorkspaceTransaction,
    keyId: string,
    { model, audioSeconds, costMicroDollars, errorCode }: KeyUse,
  ): Promise<void> {
    const failed = errorCode === null ? 0 : 1;
    const seconds = failed === 1 ? 0 : audioSeconds;
    // The key's row first, as its deletion does: the other way round the two could wait for each other.
    if ((await tx.execute(USED, [tx.workspaceId, keyId, errorCode])) === 0) return;
    await tx.execute(COUNT, [tx.workspaceId, keyId, model, failed, seconds, costMicroDollars]);
  }

  /** @param span both days included, YYYY-MM-DD */
  async of(tx: WorkspaceTransaction, keyId: string, { from, to }: { from: string; to: string }): Promise<UsageOfDay[]> {
    return tx.query<UsageOfDay>(USAGE, [tx.workspaceId, keyId, from, to]);
  }
}
