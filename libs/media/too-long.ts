import { FieldError } from '#errors';
import { lengthInWords } from './length-in-words.js';
import { mediaErrors } from './media.errors.js';

/** @param length how long the recording is, in words */
export function tooLong(length: string, maxSeconds: number): FieldError {
  return new FieldError(
    mediaErrors.recording_too_long,
    `The recording lasts ${length} and at most ${lengthInWords(maxSeconds)} are accepted. Cut it into shorter recordings.`,
    { members: { maxSeconds } },
  );
}
