import { describe, expect, it } from '@jest/globals';
import { contentDisposition } from './content-disposition.js';

describe('contentDisposition', () => {
  it.each([
    ['talk.wav', 'attachment; filename="talk.wav"'],
    ['my talk (2).wav', 'attachment; filename="my talk (2).wav"'],
    ['Größe.wav', `attachment; filename="Gr__e.wav"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.wav`],
    ['会議.mp3', `attachment; filename="__.mp3"; filename*=UTF-8''%E4%BC%9A%E8%AD%B0.mp3`],
    ['a"b\\c.wav', `attachment; filename="a_b_c.wav"; filename*=UTF-8''a%22b_c.wav`],
    ["it's (50%)*.wav", `attachment; filename="it's (50_)*.wav"; filename*=UTF-8''it%27s%20%2850%25%29%2A.wav`],
    ['../../etc/passwd', 'attachment; filename=".._.._etc_passwd"'],
    ['a\r\nSet-Cookie: x=1\0.wav', 'attachment; filename="aSet-Cookie: x=1.wav"'],
    ['exe.\u202egnp', 'attachment; filename="exe.gnp"'],
    ['', 'attachment'],
    [' \t ', 'attachment'],
    [undefined, 'attachment'],
  ])('names %j', (fileName, expected) => {
    expect(contentDisposition('attachment', fileName)).toBe(expected);
  });

  it('takes broken Unicode and very long names', () => {
    expect(contentDisposition('inline', '\ud800.wav')).toBe(`inline; filename="_.wav"; filename*=UTF-8''%EF%BF%BD.wav`);
    expect(contentDisposition('inline', '😀'.repeat(500)).length).toBeLessThan(3_000);
  });
});
