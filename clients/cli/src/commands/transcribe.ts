import { UnfinishedError } from '../client.ts';
import { EXIT, type ExitCode, exitCodeOf, exitCodeOfAll, Refusal } from '../exit-codes.ts';
import { inLanes } from '../lanes.ts';
import { type Format, isBinary, Outputs } from '../outputs.ts';
import { progressView, type ProgressView } from '../progress-view.ts';
import { connect } from '../session.ts';
import { findSources, type Source } from '../sources.ts';
import { mayPass, Transcriber } from '../transcriber.ts';
import { toWish, type WishOptions } from '../wish.ts';
import { print, printJson, type Scene, say, sentenceOf } from '../world.ts';

export interface TranscribeOptions extends WishOptions {
  out?: string;
  wait: boolean;
  timeout?: number;
}

/** What became of one source. */
interface Outcome {
  source: string;
  /** The upload or the import that brings it, where that can be gone on with. */
  uploadId?: string;
  recordingId?: string;
  transcriptionId?: string;
  status?: string;
  output?: string;
  text?: string;
  error?: unknown;
}

/**
 * Transcribes files, addresses and folders. One transcript without `--out` goes to stdout, several go beside their recordings.
 * @returns one exit code for all
 */
export async function transcribe(scene: Scene, args: readonly string[], options: TranscribeOptions): Promise<ExitCode> {
  const { world } = scene;
  const sources = await findSources(args, world.cwd);
  const toStdout = options.out === undefined && sources.length === 1;
  if (toStdout && isBinary(options.format) && options.wait)
    throw new Refusal(`${options.format} is no text. Say with --out where it goes.`);
  const outputs = toStdout ? undefined : await Outputs.of(options.out, options.format, world.cwd, sources.length);
  const { steno, session } = await connect(scene);
  const run = { transcriber: await Transcriber.open(world, steno, session.server), outputs, options, view: progressView(world) };
  const outcomes: Outcome[] = [];
  try {
    await inLanes(sources, options.parallel, async (source) => {
      if (!world.signal.aborted) outcomes.push(await outcomeOf(run, source));
    });
  } finally {
    run.view.close();
  }
  for (const outcome of outcomes) report(scene, outcome);
  return exitCodeOfAll(outcomes.flatMap(({ error }) => (error === undefined ? [] : [error])));
}

interface Run {
  transcriber: Transcriber;
  outputs: Outputs | undefined;
  options: TranscribeOptions;
  view: ProgressView;
}

async function outcomeOf({ transcriber, outputs, options, view }: Run, source: Source): Promise<Outcome> {
  const outcome: Outcome = { source: source.at };
  const line = view.begin(source.name);
  try {
    const recording = await transcriber.bring(source, line, { onBegun: (id) => (outcome.uploadId = id) });
    outcome.recordingId = recording.id;
    const ordered = await transcriber.order(recording.id, toWish(options));
    Object.assign(outcome, { transcriptionId: ordered.id, status: ordered.status });
    line.ordered(ordered.id);
    if (!options.wait) return outcome;
    await transcriber.wait(ordered.id, line, options.timeout === undefined ? undefined : options.timeout * 1_000);
    outcome.status = 'completed';
    Object.assign(outcome, await deliver(transcriber, ordered.id, options.format, outputs?.pathFor(source)));
    line.progress(100);
    line.ended('done');
  } catch (error) {
    outcome.error = error;
    line.ended(endOf(error));
  }
  return outcome;
}

function endOf(error: unknown): string {
  if (error instanceof UnfinishedError) return 'not finished';
  return exitCodeOf(error) === EXIT.interrupted ? 'interrupted' : 'failed';
}

async function deliver(
  transcriber: Transcriber,
  id: string,
  format: Format,
  path: string | undefined,
): Promise<Partial<Outcome>> {
  if (path === undefined) return { text: String(await transcriber.fetch(id, format)) };
  await transcriber.write(id, format, path);
  return { output: path };
}

function report({ world, options }: Scene, { error, ...outcome }: Outcome): void {
  if (options.json === true)
    return printJson(
      world,
      error === undefined ? outcome : { ...outcome, error: sentenceOf(error), exitCode: exitCodeOf(error) },
    );
  if (outcome.text !== undefined) print(world, outcome.text);
  if (outcome.output !== undefined) print(world, outcome.output);
  if (error !== undefined) say(world, `${outcome.source}: ${sentenceOf(error)}`);
  const { transcriptionId: id } = outcome;
  if (error instanceof UnfinishedError && id !== undefined) say(world, `Later: steno get --wait ${id}`);
  else if (outcome.uploadId !== undefined && outcome.recordingId === undefined && mayPass(error))
    say(world, `Later: the same command goes on with ${outcome.uploadId}, which brings the recording to the server.`);
  else if (error === undefined && id !== undefined && outcome.status !== 'completed') print(world, id);
}
