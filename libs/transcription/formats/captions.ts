/** A line to be shown while it is spoken; seconds. */
export interface Cue {
  start: number;
  end: number;
  text: string;
  speaker: string | null;
}

/** Shortest time a cue stands: two cues must never share both their times, and players drop empty ones. */
const SHORTEST_MS = 1;

/** Whole milliseconds, rounded once, so that no cue ends before it starts or starts before the one in front of it. */
function timed(cues: Cue[]): (Omit<Cue, 'start' | 'end'> & { startMs: number; endMs: number })[] {
  let earliest = 0;
  return cues
    .filter(({ text }) => text.trim() !== '')
    .map(({ start, end, text, speaker }) => {
      const startMs = Math.max(Math.round(start * 1_000), earliest);
      earliest = startMs;
      return {
        startMs,
        endMs: Math.max(Math.round(end * 1_000), startMs + SHORTEST_MS),
        text: oneLine(text),
        speaker: speaker === null ? null : oneLine(speaker),
      };
    });
}

/** A blank line would end the cue; a lone carriage return is a line break, too. */
function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*[\r\n]\s*/g, ' ');
}

function clock(milliseconds: number, separator: ',' | '.'): string {
  const pad = (value: number, length = 2): string => String(Math.floor(value)).padStart(length, '0');
  const hours = milliseconds / 3_600_000;
  const minutes = (milliseconds / 60_000) % 60;
  const seconds = (milliseconds / 1_000) % 60;
  return `${pad(hours)}:${pad(minutes)}:${pad(seconds)}${separator}${pad(milliseconds % 1_000, 3)}`;
}

/** SubRip: numbered cues, a comma before the milliseconds, hours always. An arrow in the text would be read as times. */
export function toSrt(cues: Cue[]): string {
  return timed(cues)
    .map(({ startMs, endMs, text, speaker }, index) => {
      const line = `${speaker === null ? '' : `${speaker}: `}${text}`.replaceAll('-->', '→');
      return `${index + 1}\n${clock(startMs, ',')} --> ${clock(endMs, ',')}\n${line}\n`;
    })
    .join('\n');
}

/** WebVTT (https://www.w3.org/TR/webvtt1/): voices as spans, `&`, `<` and `>` escaped, which also takes care of arrows. */
export function toVtt(cues: Cue[]): string {
  const blocks = timed(cues).map(({ startMs, endMs, text, speaker }) => {
    const voice = speaker === null ? '' : `<v ${escapeVtt(speaker)}>`;
    return `${clock(startMs, '.')} --> ${clock(endMs, '.')}\n${voice}${escapeVtt(text)}\n`;
  });
  return ['WEBVTT\n', ...blocks].join('\n');
}

function escapeVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
