import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Client } from 'pg';
import { Config } from '#config';
import { Log } from '#observability';
import type { Transaction } from './transaction.js';

/** What access is made of … */
const SUBJECTS_OF_ACCESS = ['user', 'session', 'workspace', 'key'] as const;
/** … and what people wait for. */
export const SUBJECTS_OF_EVENTS = ['transcription', 'quota'] as const;
/** … and what workers stop for: something nobody wants work about any more, a workspace that may be suspended. */
export const SUBJECTS_OF_WORK = ['work', 'workspace'] as const;
type SubjectKind = (typeof SUBJECTS_OF_ACCESS | typeof SUBJECTS_OF_EVENTS | typeof SUBJECTS_OF_WORK)[number];

/** What changed: a user, a session, a workspace, an API key, a transcription, a quota that runs out, what work was owed about. */
export type ChangedSubject = `${SubjectKind}:${string}`;

const CHANNEL = 'steno_changes';
/** A beat goes through Postgres and back this often. */
const BEAT_MS = 400;
/** What was remembered is good as long as the last beat that came back was sent within this time. */
const PROVEN_MS = 1_000;
const RECONNECT_MS = 500;
/** A beat that takes longer counts as a dead connection. */
const DEAF_MS = 5_000;
const HANG_UP_MS = 1_000;

interface Listener {
  changed(subject: ChangedSubject): void;
  /** Changes may have been missed: this process cannot hear now, or can again. */
  lost(): void;
}

/**
 * Tells every process that a row changed that others may remember, by LISTEN and NOTIFY. The announcement commits with the change,
 * so no crash parts the two. A beat of our own, sent through Postgres and heard again, proves that announcements arrive: they are
 * delivered in the order of their commits, so whatever was committed before the beat has been heard when it comes back. What a
 * process remembers is therefore never more than a second behind, also when the connection is dead without knowing it, and also
 * behind a pooler that swallows notifications.
 */
@Injectable()
export class ChangeFeed implements OnApplicationShutdown {
  private readonly listeners: { listener: Listener; kinds: readonly SubjectKind[] }[] = [];
  private readonly beatChannel = `steno_beat_${randomBytes(8).toString('hex')}`;
  private provenAt = -Infinity;
  private listening?: Promise<void>;
  private client?: Client;
  private ended = false;
  private complained = false;

  constructor(
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /** Whether every change committed more than a second ago has been heard. While it is not, nothing remembered may be used. */
  get isCurrent(): boolean {
    return performance.now() - this.provenAt < PROVEN_MS;
  }

  /** Announces a change with the transaction that makes it; this process hears of it at the commit, the others right after. */
  async announce(tx: Transaction, ...subjects: ChangedSubject[]): Promise<void> {
    for (const subject of subjects) {
      await tx.query('SELECT pg_notify($1, $2)', [CHANNEL, subject]);
      tx.afterCommit(() => this.tell(subject));
    }
  }

  /**
   * From the first listener on this process listens.
   * @param kinds what it wants to hear of
   */
  listen(listener: Listener, kinds: readonly SubjectKind[] = SUBJECTS_OF_ACCESS): void {
    this.listeners.push({ listener, kinds });
    this.listening ??= this.listenForEver();
  }

  async onApplicationShutdown(): Promise<void> {
    this.ended = true;
    await this.hangUp();
    await this.listening;
  }

  private tell(subject: ChangedSubject): void {
    for (const { listener, kinds } of this.listeners) {
      if (kinds.some((kind) => subject.startsWith(`${kind}:`))) listener.changed(subject);
    }
  }

  private tellLost(): void {
    for (const { listener } of this.listeners) listener.lost();
  }

  private async listenForEver(): Promise<void> {
    while (!this.ended) {
      try {
        await this.connect();
        await this.beatUntilDeaf();
      } catch (error) {
        this.complain(error);
      }
      this.provenAt = -Infinity;
      this.tellLost();
      await this.hangUp();
      if (!this.ended) await sleep(RECONNECT_MS);
    }
  }

  private async connect(): Promise<void> {
    this.client = new Client({
      connectionString: this.config.database.url,
      application_name: 'steno-changes',
      connectionTimeoutMillis: DEAF_MS,
      query_timeout: DEAF_MS,
      keepAlive: true,
    });
    // The beat notices by itself; without a listener the error would end the process.
    this.client.on('error', (error) => this.log.debug('The connection for changes broke', { error }));
    this.client.on('notification', ({ channel, payload = '' }) => {
      if (channel === CHANNEL) this.tell(payload as ChangedSubject);
      else this.prove(Number(payload));
    });
    await this.client.connect();
    await this.client.query(`LISTEN ${CHANNEL}; LISTEN ${this.beatChannel}`);
    this.tellLost();
  }

  private prove(sentAt: number): void {
    this.provenAt = Math.max(this.provenAt, sentAt);
    if (!this.complained) return;
    this.complained = false;
    this.log.info('Changes are heard again');
  }

  private async beatUntilDeaf(): Promise<void> {
    const since = performance.now();
    while (!this.ended) {
      await this.client?.query('SELECT pg_notify($1, $2)', [this.beatChannel, String(performance.now())]);
      await sleep(BEAT_MS);
      if (performance.now() - Math.max(since, this.provenAt) > DEAF_MS)
        throw new Error('Notifications do not come back. DATABASE_URL must lead to Postgres itself or a pooler in session mode.');
    }
  }

  private complain(error: unknown): void {
    if (this.ended || this.complained) return;
    this.complained = true;
    this.log.warn('Changes are not heard; sessions and keys are read from the database on every request meanwhile', { error });
  }

  private async hangUp(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    if (client === undefined) return;
    const ended = client.end().catch((error: unknown) => this.log.debug('The connection for changes did not close', { error }));
    // A dead connection never says that it has ended.
    await Promise.race([ended, sleep(HANG_UP_MS, undefined, { ref: false })]);
  }
}
