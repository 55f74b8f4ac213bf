/** One server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface StreamEvent {
  /** The last id that was given. */
  id: string;
  /** Its name. */
  event: string;
  data: string;
}

export interface StreamOptions {
  /** Told of every piece that arrives, also of those that only say that the connection lives. */
  onPiece: () => void;
  /** Told how many milliseconds the server wants to pass before the next connection. */
  onRetry: (milliseconds: number) => void;
}

/** Reads the events of a stream until it ends; an event that was cut off is none. */
export async function* readEvents(body: ReadableStream<Uint8Array>, options: StreamOptions): AsyncGenerator<StreamEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const event: StreamEvent = { id: '', event: '', data: '' };
  let rest = '';
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      options.onPiece();
      const lines = (rest + decoder.decode(piece.value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line !== '') take(line, event, options);
        else if (event.data !== '') {
          yield { ...event, event: event.event || 'message', data: event.data.slice(0, -1) };
          Object.assign(event, { event: '', data: '' });
        }
      }
    }
  } finally {
    await reader.cancel();
  }
}

function take(line: string, event: StreamEvent, { onRetry }: StreamOptions): void {
  const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
  if (field === 'data') event.data += `${value}\n`;
  if (field === 'event') event.event = value;
  if (field === 'id') event.id = value;
  if (field === 'retry' && /^\d+$/.test(value)) onRetry(Number(value));
}
