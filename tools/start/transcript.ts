import type { Segment, Transcription } from './client.ts';

/** Seconds as m:ss.s, or h:mm:ss.s from one hour on. */
export function clock(seconds: number): string {
  const tenths = Math.max(0, Math.round(seconds * 10));
  const hours = Math.floor(tenths / 36_000);
  const minutes = Math.floor(tenths / 600) % 60;
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** One line of the transcript: when, who (where known), what. */
export function transcriptLine({ start, end, speaker, text }: Segment): string {
  return `  [${clock(start)} – ${clock(end)}] ${speaker ? `${speaker}: ` : ''}${text.trim()}`;
}

/** Where a transcription stands, as one line with a bar. */
export function progressLine({ status, stage, progress }: Pick<Transcription, 'status' | 'stage' | 'progress'>): string {
  const cells = 24;
  const full = Math.round((Math.min(100, Math.max(0, progress)) / 100) * cells);
  const percent = String(Math.round(progress)).padStart(3);
  return `  ${'█'.repeat(full)}${'░'.repeat(cells - full)} ${percent} %  ${stage ?? status}`;
}

/** What an honest program says about a weak engine; undefined for a good one. */
export function accuracyNote(engine: Transcription['engine']): string | undefined {
  if (!engine?.lowAccuracy) return undefined;
  return (
    `Note: this was heard by ${engine.model} (${engine.provider}), which needs no key and no download, knows English only and\n` +
    'gets many words of real speech wrong. For transcripts you can rely on:\n' +
    '  npm run model -- base     downloads Whisper (about 150 MB), which then runs on this machine; or\n' +
    '  put OPENAI_API_KEY, GROQ_API_KEY or GEMINI_API_KEY into .env\n' +
    'and start again.'
  );
}
