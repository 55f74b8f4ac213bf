import { Injectable } from '@nestjs/common';
import type { Audio } from '#database';
import { type Counter, Metrics } from '#observability';

/** What was taken in, whatever way it came. */
@Injectable()
export class RecordingFigures {
  private readonly recordings: Counter<'container'>;
  private readonly bytes: Counter<'container'>;

  constructor(metrics: Metrics) {
    const labels = ['container'] as const;
    this.recordings = metrics.counter({
      name: 'steno_recordings_total',
      help: 'Recordings taken in, by upload, in parts or from an address.',
      labels,
    });
    this.bytes = metrics.counter({ name: 'steno_recording_bytes_total', help: 'Bytes of recordings taken in.', labels });
  }

  count({ container, bytes }: Pick<Audio, 'container' | 'bytes'>): void {
    this.recordings.add({ container });
    this.bytes.add({ container }, Number(bytes));
  }
}
