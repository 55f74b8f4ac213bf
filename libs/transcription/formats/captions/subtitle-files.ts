import type { Cue } from './cues.js';

function clock(milliseconds: number, separator: ',' | '.'): string {
  const pad = (value: number, length = 2): string => String(Math.floor(value)).padStart(length, '0');
  const hours = milliseconds / 3_600_000;
  const minutes = (milliseconds / 60_000) % 60;
  const seconds = (milliseconds / 1_000) % 60;
  return `${pad(hours)}:${pad(minutes)}:${pad(seconds)}${separator}${pad(milliseconds % 1_000, 3)}`;
}

/** SubRip: numbered cues, a comma before the milliseconds, hours always. An arrow in the text would be read as times. */
export function* toSrt(cues: Iterable<Cue>): Generator<string> {
  let number = 0;
  for (const { startMs, endMs, lines } of cues) {
    number += 1;
    const text = lines.join('\n').replaceAll('-->', '→');
    yield `${number === 1 ? '' : '\n'}${number}\n${clock(startMs, ',')} --> ${clock(endMs, ',')}\n${text}\n`;
  }
}

/** WebVTT (https://www.w3.org/TR/webvtt1/): voices as spans, `&`, `<` and `>` escaped, which also takes care of arrows. */
export function* toVtt(cues: Iterable<Cue>): Generator<string> {
  yield 'WEBVTT\n';
  for (const { startMs, endMs, lines, speaker } of cues) {
    const voice = speaker === null ? '' : `<v ${escapeVtt(speaker.trim().replaceAll(/\s+/gu, ' '))}>`;
    yield `\n${clock(startMs, '.')} --> ${clock(endMs, '.')}\n${voice}${escapeVtt(lines.join('\n'))}\n`;
  }
}

function escapeVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
