import { type Transcription, TRANSCRIPTION_STAGES } from '#database';
import { isFinished } from '../transcription-view.js';

/** More than a recording has chunks. */
const STAGE = 1_000_000;
const END = 9_999_999;
const RUN = 10_000_000;

/**
 * A number that rises with each change of a transcription's state that is worth telling, over all its runs and the same in every
 * process, because it is made of the row alone. So whoever has heard of a state knows by its number what is newer.
 */
export function sequenceOf(state: Pick<Transcription, 'status' | 'stage' | 'generation' | 'chunksDone'>): number {
  if (isFinished(state)) return state.generation * RUN + END;
  const begun = state.status === 'pending' ? 0 : 1;
  return state.generation * RUN + TRANSCRIPTION_STAGES.indexOf(state.stage) * STAGE + state.chunksDone + begun;
}
