import { describe, expect, it } from '@jest/globals';
import { recogniseAudio } from './recognise-audio.js';

/** A file's beginning: texts are its ASCII bytes. */
function head(...parts: (string | number[])[]): Uint8Array {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));
  return Buffer.concat([bytes, Buffer.alloc(512)]);
}

/** An Ogg page that begins a stream, up to the codec's own mark (RFC 3533 §6). */
function ogg(codec: string): Uint8Array {
  return head('OggS', [0, 2], Array<number>(20).fill(0), [1, 19], codec);
}

const MP3_FRAME = [0xff, 0xfb, 0x90, 0x64];

describe('recogniseAudio', () => {
  it.each<[string, string, Uint8Array]>([
    ['mp3', 'a bare frame', head(MP3_FRAME)],
    ['mp3', 'an ID3 tag', head('ID3', [4, 0, 0, 0, 0, 0, 0x0a], Array<number>(10).fill(0), MP3_FRAME)],
    ['mp3', 'an ID3 tag longer than the head', head('ID3', [4, 0, 0, 0, 0x7f, 0x7f, 0x7f])],
    ['mp3', 'an ID3 tag of a wrong length', head('ID3', [3, 0, 0, 0, 0, 0, 3], 'TIT2 and more', MP3_FRAME)],
    ['mp3', 'zeros before the first frame', head(Array<number>(300).fill(0), MP3_FRAME)],
    ['wav', 'RIFF', head('RIFF', [36, 0, 0, 0], 'WAVEfmt ')],
    ['wav', 'RF64, for more than 4 GB', head('RF64', [0xff, 0xff, 0xff, 0xff], 'WAVEds64')],
    ['wav', 'RIFX, big-endian', head('RIFX', [0, 0, 0, 36], 'WAVEfmt ')],
    ['mp4', 'isom', head([0, 0, 0, 32], 'ftypisom')],
    ['mp4', 'fragments', head([0, 0, 0, 28], 'ftypdash')],
    ['m4a', 'M4A', head([0, 0, 0, 32], 'ftypM4A ')],
    ['aac', 'ADTS', head([0xff, 0xf1, 0x50, 0x80, 0x2b, 0x9f, 0xfc])],
    ['aac', 'ADIF', head('ADIF')],
    ['ogg', 'Vorbis', ogg('\x01vorbis')],
    ['ogg', 'FLAC in Ogg', ogg('\x7fFLAC')],
    ['opus', 'Opus', ogg('OpusHead')],
    ['flac', 'FLAC', head('fLaC')],
    ['webm', 'webm', head([0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x84], 'webm')],
  ])('knows %s by %s', async (container, _by, bytes) => {
    expect(await recogniseAudio(bytes)).toMatchObject({ container });
  });

  it('refuses an empty file', async () => {
    await expect(recogniseAudio(new Uint8Array())).rejects.toMatchObject({ code: 'empty_file' });
  });

  it.each([
    ['an M3U playlist', '#EXTM3U\n#EXTINF:10,\nfile:///srv/other.mp3\n'],
    ['an ffconcat playlist', "ffconcat version 1.0\nfile '/srv/other.mp3'\n"],
    ['a PLS playlist', '[playlist]\nFile1=/srv/other.mp3\n'],
    ['an SDP session description', 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n'],
    ['a DASH playlist', '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">'],
    ['an SVG image', '<svg xmlns="http://www.w3.org/2000/svg">'],
    ['an HTML page', '<!DOCTYPE html><html>'],
    ['a JSON document', '{"audio": true}'],
    ['plain text', 'subfile,,start,0,end,0,,:/etc/passwd'],
    ['of type pdf (application/pdf)', '%PDF-1.7\n'],
    ['of no known type', '\x00\x01\x02\x03'],
  ])('refuses %s by its name', async (what, text) => {
    const refusal = recogniseAudio(Buffer.from(text));
    await expect(refusal).rejects.toMatchObject({ code: 'unsupported_format', kind: 'unsupported_media' });
    await expect(refusal).rejects.toThrow(`The file is ${what}. Send a recording as MP3, WAV,`);
  });

  it('takes text for text although its last character is cut off', async () => {
    const text = Buffer.from('Grüße');
    await expect(recogniseAudio(text.subarray(0, 3))).rejects.toThrow('plain text');
  });

  it.each(['mov: ftypqt  ', 'm4p: ftypM4P '])('refuses relatives of MP4 that are not accepted: %s', async (name) => {
    const [extension = '', brand = ''] = name.split(': ');
    await expect(recogniseAudio(head([0, 0, 0, 32], brand))).rejects.toThrow(`of type ${extension} `);
  });
});
