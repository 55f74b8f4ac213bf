/**
 * Reads the messages of an event stream, as the HTML standard (§9.2.6) has them: lines that end in CR, LF or both, comments and
 * blank lines in between, a message of several `data` lines. What comes after the last blank line is no message.
 * @returns the text of each message that has any
 */
export async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let lines: string[] = [];
  for await (const line of linesOf(body)) {
    if (line !== '') {
      const [, text] = /^data(?:: ?(.*))?$/s.exec(line) ?? [];
      if (text !== undefined) lines.push(text);
    } else if (lines.length > 0) {
      yield lines.join('\n');
      lines = [];
    }
  }
}

/** The complete lines; an end that a later byte could still change waits for it. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let endedInReturn = false;
  for await (const bytes of body) {
    const text = decoder.decode(bytes, { stream: true });
    // The LF of a CRLF that was cut in two.
    const [first = '', ...others] = (endedInReturn && text.startsWith('\n') ? text.slice(1) : text).split(/\r\n|\n|\r/);
    if (text !== '') endedInReturn = text.endsWith('\r');
    pieces.push(first);
    for (const other of others) {
      yield pieces.join('');
      pieces = [other];
    }
  }
}
