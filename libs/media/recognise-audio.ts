import { fileTypeFromBuffer, type FileTypeResult } from 'file-type';
import { FieldError } from '#errors';
import { acceptedFormats, AUDIO_FORMATS, type AudioFormat } from './audio-format.js';
import { mediaErrors } from './media.errors.js';

/** How many first bytes of a file are worth giving to `recogniseAudio`. */
export const HEAD_BYTES = 16_384;

const CONTAINER_OF_EXTENSION: Readonly<Record<string, AudioFormat['container']>> = {
  mp3: 'mp3',
  wav: 'wav',
  mp4: 'mp4',
  m4v: 'mp4',
  f4v: 'mp4',
  m4a: 'm4a',
  m4b: 'm4a',
  f4a: 'm4a',
  f4b: 'm4a',
  aac: 'aac',
  ogg: 'ogg',
  oga: 'ogg',
  ogv: 'ogg',
  ogx: 'ogg',
  spx: 'ogg',
  opus: 'opus',
  flac: 'flac',
  webm: 'webm',
};

/** Texts that ffmpeg would follow to other files or hosts; named, because their senders mostly mean the recordings behind them. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^#EXTM3U/i, 'an M3U playlist'],
  [/^ffconcat version/i, 'an ffconcat playlist'],
  [/^\[playlist\]/i, 'a PLS playlist'],
  [/^v=0\r?\no=/, 'an SDP session description'],
  [/^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?<MPD[\s>]/i, 'a DASH playlist'],
  [/^(<\?xml[^>]*>\s*)?(<!doctype svg[^>]*>\s*)?<svg[\s>]/i, 'an SVG image'],
  [/^(<!doctype html|<html|<head|<body)/i, 'an HTML page'],
  [/^<\?xml/i, 'an XML document'],
  [/^[[{]/, 'a JSON document'],
];

/**
 * Tells a recording's format by its first bytes; its name and declared type do not count.
 * @param head the first bytes of the file, `HEAD_BYTES` of them where the file is that long
 * @throws FieldError `empty_file`, or `unsupported_format` saying what the file is
 */
export async function recogniseAudio(head: Uint8Array): Promise<AudioFormat> {
  if (head.length === 0) throw new FieldError(mediaErrors.empty_file, mediaErrors.empty_file.example);
  const told = plainWav(head) ?? rareAudio(head);
  if (told !== undefined) return told;
  const found = await fileTypeFromBuffer(head);
  // After an ID3 tag nothing but sound is to be expected, even where the tag's length is wrong.
  const container = CONTAINER_OF_EXTENSION[found?.ext ?? (latin1(head, 0, 3) === 'ID3' ? 'mp3' : '')];
  if (container !== undefined) return AUDIO_FORMATS[container];
  throw new FieldError(
    mediaErrors.unsupported_format,
    `The file is ${kindOf(head, found)}. Send a recording as ${acceptedFormats()}.`,
  );
}

/** The most usual of all, which needs no library to be told by. */
function plainWav(head: Uint8Array): AudioFormat | undefined {
  return latin1(head, 0, 4) === 'RIFF' && latin1(head, 8, 12) === 'WAVE' ? AUDIO_FORMATS.wav : undefined;
}

/** What file-type does not know: RF64 and big-endian WAV (EBU Tech 3306), AAC with an ADIF header, MP3 after zeros some encoders put first. */
function rareAudio(head: Uint8Array): AudioFormat | undefined {
  const magic = latin1(head, 0, 4);
  if ((magic === 'RF64' || magic === 'RIFX') && latin1(head, 8, 12) === 'WAVE') return AUDIO_FORMATS.wav;
  if (magic === 'ADIF') return AUDIO_FORMATS.aac;
  const sound = head.findIndex((byte) => byte !== 0);
  return sound > 0 && startsLayer3(head, sound) ? AUDIO_FORMATS.mp3 : undefined;
}

/** An MPEG audio frame header: 11 bits of sync, a real version, layer III, a real bit rate and sample rate (ISO 11172-3 §2.4.2.3). */
function startsLayer3(head: Uint8Array, at: number): boolean {
  const [sync = 0, version = 0, rates = 0] = head.subarray(at, at + 3);
  return (
    sync === 0xff && (version & 0xe6) === 0xe2 && (version & 0x18) !== 0x08 && (rates & 0xf0) !== 0xf0 && (rates & 0x0c) !== 0x0c
  );
}

/** What a refused file is, in words. */
function kindOf(head: Uint8Array, found: FileTypeResult | undefined): string {
  const text = asText(head);
  const named = text === undefined ? undefined : TEXTS.find(([pattern]) => pattern.test(text))?.[1];
  if (named !== undefined) return named;
  if (found !== undefined) return `of type ${found.ext} (${found.mime})`;
  return text === undefined ? 'of no known type' : 'plain text';
}

/** The head as text, if it is text: UTF-8 (its last character may be cut off) without control characters. */
function asText(head: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(head, { stream: true });
  // Control characters, and what is no UTF-8, tell binary from text.
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? undefined : text.trimStart();
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
