import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Config } from '#config';
import { Database } from '#database';
import { Readiness } from '#observability';

/** A worker sings every 10 s; after this many seconds without a song none is there. */
const PRESENT_SECONDS = 90;

/** Makes a working worker a condition of this API's readiness, where the configuration wants it. */
@Injectable()
export class WorkerPresence implements OnModuleInit {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    if (this.config.http.readyNeedsWorker) this.readiness.register('worker', () => this.check());
  }

  private async check(): Promise<void> {
    const [row] = await this.database.asSystem((tx) =>
      tx.query<{ present: boolean }>(
        `SELECT EXISTS (SELECT FROM worker_pulses WHERE canary_at > now() - make_interval(secs => ${PRESENT_SECONDS})) AS present`,
      ),
    );
    if (row?.present !== true)
      throw new Error(
        `No worker ran a job within the last ${PRESENT_SECONDS} s. Start apps/transcription-worker, or look into its log.`,
      );
  }
}
