/** A kind of file Steno accepts, told by its first bytes. */
export interface AudioFormat {
  readonly container: 'mp3' | 'wav' | 'mp4' | 'm4a' | 'aac' | 'ogg' | 'opus' | 'flac' | 'webm';
  /** What it is called towards people. */
  readonly title: string;
  /** Without the dot. */
  readonly extension: string;
  readonly contentType: string;
  /** ffmpeg's name for what reads it. Given with `-f`, so that ffmpeg never guesses. */
  readonly demuxer: string;
}

/** Every accepted format, by container. */
export const AUDIO_FORMATS = {
  mp3: { container: 'mp3', title: 'MP3', extension: 'mp3', contentType: 'audio/mpeg', demuxer: 'mp3' },
  wav: { container: 'wav', title: 'WAV', extension: 'wav', contentType: 'audio/wav', demuxer: 'wav' },
  mp4: { container: 'mp4', title: 'MP4', extension: 'mp4', contentType: 'video/mp4', demuxer: 'mov' },
  m4a: { container: 'm4a', title: 'M4A', extension: 'm4a', contentType: 'audio/mp4', demuxer: 'mov' },
  aac: { container: 'aac', title: 'AAC', extension: 'aac', contentType: 'audio/aac', demuxer: 'aac' },
  ogg: { container: 'ogg', title: 'Ogg', extension: 'ogg', contentType: 'audio/ogg', demuxer: 'ogg' },
  opus: { container: 'opus', title: 'Opus', extension: 'opus', contentType: 'audio/ogg; codecs=opus', demuxer: 'ogg' },
  flac: { container: 'flac', title: 'FLAC', extension: 'flac', contentType: 'audio/flac', demuxer: 'flac' },
  webm: { container: 'webm', title: 'WebM', extension: 'webm', contentType: 'video/webm', demuxer: 'matroska' },
} as const satisfies Record<AudioFormat['container'], AudioFormat>;

/** The demuxers ffmpeg may use at all: a playlist inside a recording must not open a second file. */
export const ALLOWED_DEMUXERS = [...new Set(Object.values(AUDIO_FORMATS).map(({ demuxer }) => demuxer))];

/** The accepted formats as a sentence part: "MP3, WAV, … or WebM". */
export function acceptedFormats(): string {
  const titles = Object.values(AUDIO_FORMATS).map(({ title }) => title);
  return `${titles.slice(0, -1).join(', ')} or ${titles.at(-1)}`;
}
