import { describe, expect, it } from '@jest/globals';
import { messagesOf } from './server-sent-events.js';

async function read(...pieces: (string | Uint8Array)[]): Promise<string[]> {
  const bytes = pieces.map((piece) => (typeof piece === 'string' ? new TextEncoder().encode(piece) : piece));
  const messages: string[] = [];
  for await (const message of messagesOf(ReadableStream.from(bytes))) messages.push(message);
  return messages;
}

describe('messagesOf', () => {
  it.each<[string, string[], string[]]>([
    ['one after the other', ['data: a\n\ndata: b\n\n'], ['a', 'b']],
    ['without the space', ['data:a\n\n'], ['a']],
    ['of several lines', ['data: a\ndata: b\n\n'], ['a\nb']],
    ['in pieces', ['da', 'ta: a', 'bc\n', '\n', 'data: d\n\n'], ['abc', 'd']],
    ['with CRLF', ['data: a\r\n\r\ndata: b\r\n\r\n'], ['a', 'b']],
    ['with a CRLF in two pieces', ['data: a\r', '\ndata: b\r', '', '\n\r', '\n'], ['a\nb']],
    ['with CR alone', ['data: a\r\rdata: b\r\r'], ['a', 'b']],
    ['among comments, blank lines and other fields', ['\n\n: keep-alive\n\nevent: x\nid: 1\ndata: a\nretry: 5\n\n\n'], ['a']],
    ['but not the one that is cut off', ['data: a\n\ndata: b\n'], ['a']],
    ['none in a page', ['<html>\n\n</html>\n\n'], []],
  ])('reads messages %s', async (_how, pieces, messages) => {
    expect(await read(...pieces)).toEqual(messages);
  });

  it('puts a letter together whose bytes come apart', async () => {
    const bytes = new TextEncoder().encode('data: é\n\n');
    expect(await read(bytes.slice(0, 7), bytes.slice(7))).toEqual(['é']);
  });
});
