import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The program's own file: TypeScript in the sources, JavaScript once built. Node runs both. */
export const WHISPER_PROCESS = fileURLToPath(import.meta.url);

/** What stands before the answer on stdout, should the addon print something of its own. */
export const ANSWER_MARK = '=answer=';

/** The addon of this platform; optional, so it may not be there. */
export const WHISPER_ADDON = `@fugood/node-whisper-${process.platform}-${process.arch}`;

/** Node's own exit code of a program whose last promise never settles. */
const UNSETTLED = 13;

/** What the addon is asked to do with one file; names are the addon's. */
export interface WhisperJob {
  modelPath: string;
  audioPath: string;
  options: {
    /** A code of whisper.cpp, or `auto`. */
    language: string;
    maxThreads: number;
    /** 1 with `tokenTimestamps`: an entry for every token. */
    maxLen?: number;
    tokenTimestamps?: boolean;
    prompt?: string;
    translate?: boolean;
    temperature?: number;
  };
}

interface Addon {
  WhisperContext: new (options: { filePath: string; useGpu: boolean }) => {
    transcribe(path: string, options: WhisperJob['options']): { promise: Promise<object> };
    release(): Promise<void>;
  };
}

/**
 * Transcribes one file and prints the answer. A process of its own, because the addon (1.1.1) loads models on the calling thread,
 * goes on computing after `stop()`, and never settles its promise when it fails: only a process can be ended.
 */
async function transcribe({ modelPath, audioPath, options }: WhisperJob): Promise<void> {
  const addon = createRequire(import.meta.url)(WHISPER_ADDON) as Addon;
  const context = new addon.WhisperContext({ filePath: modelPath, useGpu: false });
  const answer = await context.transcribe(audioPath, options).promise;
  process.stdout.write(`\n${ANSWER_MARK}${JSON.stringify(answer)}\n`);
  await context.release();
}

if (process.argv[1] === WHISPER_PROCESS) {
  // Stays so when the promise never settles and nothing else keeps the process. Node would say the same of an await here, which
  // whoever imports this file would have to wait for, too: Jest then loads a graph of modules several times over.
  process.exitCode = UNSETTLED;
  void transcribe(JSON.parse(process.argv[2] ?? '{}') as WhisperJob).then(() => {
    process.exitCode = 0;
  });
}
