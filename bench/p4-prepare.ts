import { decodeBare, mp3Recording, opusRecording } from './recordings.ts';
import type { Row, Sides } from './row.ts';
import { memoryOf, type Stage } from './stage.ts';
import { PREPARE_ONLY, Transcribing } from './transcribing.ts';

const HOUR = 3_600;

export const p4: Row = {
  id: 'P4',
  work: 'Preparing a recording of 1 h: counting its seconds, finding its pauses, cutting it, putting the chunks into the store',
  floor: 'one bare ffmpeg that decodes it to a file of 16 kHz mono',
  unit: 's',
  reach: { atMost: 1.3 },
  variants: [
    { name: 'MP3', open: (stage) => openTimes(stage, mp3Recording) },
    { name: 'Opus', open: (stage) => openTimes(stage, opusRecording) },
  ],
};

/** Memory is compared with that of a short recording. */
export const p4Memory: Row = {
  id: 'P4.1',
  work: 'Most memory of a worker that prepares a recording of 10 h',
  floor: 'the same for a recording of 10 min',
  unit: 'MB',
  reach: { atMost: 1.2 },
  turns: 1,
  variants: [{ name: 'Opus', open: openMemory }],
};

async function openTimes(stage: Stage, make: (directory: string, seconds: number) => Promise<string>): Promise<Sides> {
  const path = await make(stage.directory, HOUR);
  const account = await Transcribing.open(stage, PREPARE_ONLY);
  await stage.startWorker(PREPARE_ONLY);
  const recording = await account.upload(path);
  return {
    steno: async () => (await account.prepare(recording)).seconds,
    floor: () => decodeBare(path),
  };
}

async function openMemory(stage: Stage): Promise<Sides> {
  const account = await Transcribing.open(stage, PREPARE_ONLY);
  const measure = async (seconds: number): Promise<number> => {
    const recording = await account.upload(await opusRecording(stage.directory, seconds));
    const worker = await stage.startWorker(PREPARE_ONLY);
    await account.prepare(recording);
    const most = memoryOf(worker.pid, 'VmHWM');
    await worker.stop();
    return most;
  };
  return { steno: () => measure(10 * HOUR), floor: () => measure(HOUR / 6) };
}
