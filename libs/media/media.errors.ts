import { defineErrors } from '#errors';

/** What can be wrong with a recording, and with the machine that reads it. */
export const mediaErrors = defineErrors({
  empty_file: {
    kind: 'unprocessable',
    title: 'The file is empty',
    example: 'The file has 0 bytes. Check that the recording was saved, then upload it again.',
  },
  unsupported_format: {
    kind: 'unsupported_media',
    title: 'The file is not in an accepted format',
    example: 'The file is a PDF document. Send a recording as MP3, WAV, MP4, M4A, AAC, Ogg, Opus, FLAC or WebM.',
  },
  no_audio_stream: {
    kind: 'unprocessable',
    title: 'The file has no sound',
    example: 'The file holds video but no sound. Send a recording with an audio track.',
  },
  unreadable_audio: {
    kind: 'unprocessable',
    title: 'The sound cannot be decoded',
    example: 'The file looks like MP4, but no sound could be decoded from it; it may be damaged or cut off. Export it again.',
  },
  unsupported_sample_rate: {
    kind: 'unprocessable',
    title: 'The sample rate is out of range',
    example: 'The recording has 1 Hz. Convert it to a sample rate from 8000 to 192000 Hz.',
  },
  too_many_channels: {
    kind: 'unprocessable',
    title: 'The recording has too many channels',
    example: 'The recording has 16 channels. Mix it down to 8 or fewer.',
  },
  recording_too_long: {
    kind: 'unprocessable',
    title: 'The recording is too long',
    example: 'The recording lasts 24 h and at most 12 h are accepted. Cut it into shorter recordings.',
  },
  recording_too_short: {
    kind: 'unprocessable',
    title: 'The recording is too short',
    example: 'The recording holds less than 0.1 seconds of sound. Check that it was saved whole.',
  },
  decoder_stopped: {
    kind: 'unavailable',
    title: 'The decoder stopped before the end',
    example: 'ffmpeg was stopped by SIGKILL before the end of the recording. Try again; if it stays, export the recording again.',
  },
  ffmpeg_missing: {
    kind: 'unavailable',
    title: 'ffmpeg is not installed on the server',
    example: 'ffmpeg was not found on the server. Install it (Debian and Ubuntu: apt-get install -y ffmpeg) or set FFMPEG_PATH.',
  },
  sandbox_unavailable: {
    kind: 'unavailable',
    title: 'The sandbox around ffmpeg does not work on the server',
    example: 'bubblewrap does not work on the server. Install it (apt-get install -y bubblewrap) or set FFMPEG_SANDBOX=auto.',
  },
  insufficient_storage: {
    kind: 'insufficient_storage',
    title: 'The server has too little disk space left',
    example: 'Working on this recording needs 500 MB and 120 MB are free. Free some space and try again.',
  },
});
