import { Injectable } from '@nestjs/common';
import { AudioObjects } from '#audio';
import { Database, type SystemTransaction, type UsageRecord } from '#database';
import { QuotaLedger, StoredBytes } from '#quota';
import { Attempts } from '#transcription';
import { type ProviderCall, recordOf, UsageRecords } from '#usage';

/** Two places that should say the same and do not. */
export interface LedgerFinding {
  kind: 'call_without_usage' | 'usage_without_call' | 'usage_differs' | 'quota_differs' | 'storage_differs';
  workspaceId: string;
  /** The call, or the resource. */
  subject: string;
  /** What should stand there, and what does. */
  expected: string;
  found: string;
}

const BATCH = 2_000;
const LEAST_ID = '00000000-0000-0000-0000-000000000000';

/** All statements see one moment: the apps go on meanwhile. */
const AT_ONE_MOMENT = 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ';
const ONE_AT_A_TIME = `SELECT pg_try_advisory_xact_lock(hashtextextended('steno reconciliation', 0)) AS mine`;

/**
 * Proves that what is billed is what was done: usage is the sum of the calls to providers, quotas are the sum of their ledger, storage
 * is the sum of the recordings. Changes nothing.
 */
@Injectable()
export class Reconciliation {
  constructor(
    private readonly database: Database,
    private readonly attempts: Attempts,
    private readonly usage: UsageRecords,
    private readonly ledger: QuotaLedger,
    private readonly stored: StoredBytes,
    private readonly audio: AudioObjects,
  ) {}

  /**
   * @param since calls before are taken for good; null: all
   * @returns every disagreement; null when another process is looking just now
   */
  async findings(since: Date | null): Promise<LedgerFinding[] | null> {
    return this.database.asSystem(async (tx) => {
      await tx.execute(AT_ONE_MOMENT);
      const [lock] = await tx.query<{ mine: boolean }>(ONE_AT_A_TIME);
      if (lock?.mine !== true) return null;
      return [...(await this.calls(tx, since)), ...(await this.quotas(tx)), ...(await this.storage(tx))];
    });
  }

  private async calls(tx: SystemTransaction, since: Date | null): Promise<LedgerFinding[]> {
    const findings: LedgerFinding[] = [];
    let after = since === null ? LEAST_ID : leastIdAt(since);
    for (;;) {
      const calls = await this.attempts.after(tx, after, BATCH);
      const until = calls.length < BATCH ? null : (calls.at(-1)?.id ?? null);
      findings.push(...(await this.compare(tx, calls, await this.records(tx, after, until))));
      if (until === null) return findings;
      after = until;
    }
  }

  private async records(tx: SystemTransaction, after: string, until: string | null): Promise<UsageRecord[]> {
    const records: UsageRecord[] = [];
    for (;;) {
      const more = await this.usage.after(tx, records.at(-1)?.id ?? after, until, BATCH);
      records.push(...more);
      if (more.length < BATCH) return records;
    }
  }

  private async compare(tx: SystemTransaction, calls: ProviderCall[], records: UsageRecord[]): Promise<LedgerFinding[]> {
    const recorded = new Map(records.map((record) => [record.id, record]));
    const called = new Set(calls.map(({ id }) => id));
    const alone = records.filter(({ id }) => !called.has(id));
    const existing = await this.attempts.existing(tx, [...new Set(alone.map(({ subjectId }) => subjectId))]);
    return [
      ...calls.flatMap((call) => differenceOf(call, recorded.get(call.id))),
      ...alone
        .filter(({ subjectId }) => existing.has(subjectId))
        .map(({ id, workspaceId, ...record }) => finding('usage_without_call', workspaceId, id, 'nothing', textOf(record))),
    ];
  }

  private async quotas(tx: SystemTransaction): Promise<LedgerFinding[]> {
    return (await this.ledger.disagreements(tx)).map(({ workspaceId, resource, startsAt, ...figures }) =>
      finding(
        'quota_differs',
        workspaceId,
        `${resource} from ${startsAt.toISOString()}`,
        `${figures.usedByLedger} used, ${figures.reservedByLedger} set aside`,
        `${figures.used} used, ${figures.reserved} set aside`,
      ),
    );
  }

  private async storage(tx: SystemTransaction): Promise<LedgerFinding[]> {
    const [counted, held] = [await this.stored.byWorkspace(tx), await this.audio.bytesByWorkspace(tx)];
    return [...new Set([...counted.keys(), ...held.keys()])].flatMap((workspaceId) => {
      const [found, expected] = [counted.get(workspaceId) ?? 0, held.get(workspaceId) ?? 0];
      return found === expected
        ? []
        : [finding('storage_differs', workspaceId, 'storage', `${expected} bytes`, `${found} bytes`)];
    });
  }
}

function differenceOf(call: ProviderCall, record: UsageRecord | undefined): LedgerFinding[] {
  const expected = textOf(recordOf(call));
  if (record === undefined) return [finding('call_without_usage', call.workspaceId, call.id, expected, 'nothing')];
  const found = textOf(record);
  return found === expected ? [] : [finding('usage_differs', call.workspaceId, call.id, expected, found)];
}

function textOf({
  outcome,
  milliseconds,
  costMicroDollars,
}: Pick<UsageRecord, 'outcome' | 'milliseconds' | 'costMicroDollars'>): string {
  return `${outcome}, ${milliseconds} ms, ${costMicroDollars ?? 'unknown'} micro-dollars`;
}

function finding(
  kind: LedgerFinding['kind'],
  workspaceId: string,
  subject: string,
  expected: string,
  found: string,
): LedgerFinding {
  return { kind, workspaceId, subject, expected, found };
}

/** The least id that a call of a moment can have: a UUIDv7 begins with its milliseconds (RFC 9562 §5.7). */
function leastIdAt(moment: Date): string {
  const hex = moment.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
