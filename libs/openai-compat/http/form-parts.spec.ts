import { describe, expect, it } from '@jest/globals';
import { Pieces } from '#media';
import { boundaryOf, formParts } from './form-parts.js';

const FILE = 'Content-Disposition: form-data; name="file"; filename="speech.wav"\r\nContent-Type: audio/wav';

/** As it comes in pieces of some size. */
function piecesOf(form: Buffer, size: number): Pieces {
  const starts = Array.from({ length: Math.ceil(form.length / size) }, (_, index) => index * size);
  return new Pieces(starts.map((start) => Buffer.from(form.subarray(start, start + size))));
}

function partsOf(form: string | Buffer, boundary = 'b', size = 3) {
  const parts = formParts(piecesOf(Buffer.from(form), size), boundary);
  return [...parts].map(({ content, ...part }) => ({ ...part, content: content.whole().toString('latin1') }));
}

function formOf(headers: string, content = '1'): string {
  return `--b\r\n${headers}\r\n\r\n${content}\r\n--b--\r\n`;
}

describe('the parts of a form', () => {
  it('are fields and files, in their order, where they lie', () => {
    const form = Buffer.from(`--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n${formOf(FILE, 'RIFF')}`);
    expect(partsOf(form)).toEqual([
      { name: 'model', isFile: false, fileName: '', content: 'whisper-1' },
      { name: 'file', isFile: true, fileName: 'speech.wav', content: 'RIFF' },
    ]);
    const whole = new Pieces([form]);
    expect([...formParts(whole, 'b')].flatMap(({ content }) => content.list).every(({ buffer }) => buffer === form.buffer)).toBe(
      true,
    );
  });

  it('are those that other programs write', async () => {
    const given = new FormData();
    const sound = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    given.append('prompt', 'Orion, "Käthe"\r\n--b');
    given.append('file', new File([sound], 'Käthe.wav', { type: 'audio/wav' }));
    given.append('empty', '');
    const sent = new Response(given);
    const bytes = Buffer.from(await sent.arrayBuffer());
    expect(partsOf(bytes, boundaryOf(sent.headers.get('content-type') ?? ''), 1_000)).toEqual([
      { name: 'prompt', isFile: false, fileName: '', content: Buffer.from('Orion, "Käthe"\r\n--b').toString('latin1') },
      { name: 'file', isFile: true, fileName: 'Käthe.wav', content: sound.toString('latin1') },
      { name: 'empty', isFile: false, fileName: '', content: '' },
    ]);
  });

  it.each([
    ['what stands before the first boundary and behind the last', `before\r\n${formOf(FILE)}after`],
    ['blanks behind a boundary', formOf(FILE).replace('--b\r', '--b \t\r')],
    ['nothing behind the last boundary', formOf(FILE).replace(/\r\n$/, '')],
    ['parts without a name', `--b\r\nContent-Disposition: form-data\r\n\r\n2\r\n--b\r\n\r\n3\r\n${formOf(FILE)}`],
    ['headers in small letters', formOf(FILE.toLowerCase())],
  ])('leave out %s', (_, form) => {
    expect(partsOf(form)).toEqual([{ name: 'file', isFile: true, fileName: 'speech.wav', content: '1' }]);
  });

  it.each(['\r\n--bc', '\r\n--', '\r\n\r\n', '', '\r', '\r\n--b-'])('may hold %j', (content) => {
    expect(partsOf(formOf(FILE, content)).map((part) => part.content)).toEqual([content]);
  });

  it.each([
    ['filename="C:\\\\sounds\\\\a.wav"', 'a.wav'],
    ['filename="say \\"hi\\".wav"', 'say "hi".wav'],
    ['filename=a.wav', 'a.wav'],
    ['filename="a.wav"; filename*=UTF-8\'\'K%C3%A4the.wav', 'Käthe.wav'],
    ['filename="a.wav"; filename*=UTF-8\'\'%zz', 'a.wav'],
    ['filename=""', ''],
  ])('have the name in %s', (parameter, fileName) => {
    const [part] = partsOf(formOf(`Content-Disposition: form-data; name=file; ${parameter}`));
    expect(part).toMatchObject({ name: 'file', isFile: true, fileName });
  });

  it('are files, too, where they are bytes without a name', () => {
    const headers = 'Content-Disposition: form-data; name="file"\r\nContent-Type: application/octet-stream';
    expect(partsOf(formOf(headers))).toMatchObject([{ isFile: true, fileName: '' }]);
  });

  it.each([
    ['ends in a part', formOf(FILE).slice(0, -8), /middle of a part/],
    ['ends in the headers of a part', `--b\r\n${FILE}`, /headers of a part/],
    ['has headers without an end', formOf(`${FILE}\r\nX: ${'x'.repeat(20_000)}`), /headers of a part/],
    ['has no boundary', 'model=whisper-1', /middle of a part/],
    ['has another boundary', formOf(FILE).replaceAll('--b', '--c'), /middle of a part/],
    ['is nothing but parts', `${'--b\r\n\r\n\r\n'.repeat(1_001)}--b--`, /more than 1000 parts/],
  ])('are not those of a form that %s', (_, form, message) => {
    expect(() => partsOf(form)).toThrow(message);
  });
});

describe('the boundary of a form', () => {
  it.each([
    ['multipart/form-data; boundary=b', 'b'],
    ['multipart/form-data; charset=utf-8; Boundary="a b;c"', 'a b;c'],
    ['multipart/form-data;boundary=----b;charset=utf-8', '----b'],
  ])('in %s', (contentType, boundary) => {
    expect(boundaryOf(contentType)).toBe(boundary);
  });

  it('is missed', () => {
    expect(() => boundaryOf('multipart/form-data')).toThrow(/no boundary/);
  });
});
