import { setTimeout as sleep } from 'node:timers/promises';

/** One event, as the stream has it. */
export interface StreamEvent {
  id: string;
  event: string;
  data: { id: string; status: string; stage: string; progress: number };
}

/** A listener to server-sent events, written from the standard and not from what is tested. */
export class EventListener {
  readonly events: StreamEvent[] = [];
  comments = 0;
  retryMs?: number;
  ended = false;
  private readonly abort = new AbortController();

  private constructor(readonly response: Response) {}

  static async open(url: string, headers: Record<string, string>): Promise<EventListener> {
    const abort = new AbortController();
    const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: abort.signal });
    const listener = new EventListener(response);
    abort.signal.addEventListener('abort', () => (listener.ended = true));
    listener.abort.signal.addEventListener('abort', () => abort.abort());
    void listener.read().catch(() => (listener.ended = true));
    return listener;
  }

  get status(): number {
    return this.response.status;
  }

  get progress(): number[] {
    return this.events.map(({ data }) => data.progress);
  }

  close(): void {
    this.abort.abort();
  }

  /** Waits until something is so; the reason of a failure is what was heard. */
  async until(condition: (listener: this) => boolean, seconds = 10): Promise<void> {
    for (const deadline = performance.now() + seconds * 1_000; !condition(this); await sleep(5)) {
      if (performance.now() > deadline) throw new Error(`It did not come to pass; heard: ${JSON.stringify(this.events)}`);
    }
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const piece of this.response.body ?? []) {
      text += decoder.decode(piece as Uint8Array, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.take(block.split('\n'));
    }
    this.ended = true;
  }

  private take(lines: string[]): void {
    const fields = new Map<string, string>();
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (name === '') this.comments += 1;
      else fields.set(name, value);
    }
    const retry = fields.get('retry');
    if (retry !== undefined) this.retryMs = Number(retry);
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({
      id: fields.get('id') ?? '',
      event: fields.get('event') ?? 'message',
      data: JSON.parse(data) as StreamEvent['data'],
    });
  }
}
