import { stat, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { ApiError, TranscriptionFailedError } from '../client.ts';
import { EXIT, type ExitCode, exitCodeOf, exitCodeOfAll, Refusal } from '../exit-codes.ts';
import { type Contents, isMissing, StillChanging } from '../files.ts';
import { FolderWatch } from '../folder-watch.ts';
import { inLanes } from '../lanes.ts';
import { EXTENSIONS } from '../outputs.ts';
import { connect } from '../session.ts';
import { stays } from '../settling.ts';
import { recordingsIn } from '../sources.ts';
import { mayPass, Transcriber } from '../transcriber.ts';
import { type Sent, WatchMemory } from '../watch-memory.ts';
import { toWish, type WishOptions } from '../wish.ts';
import { printJson, type Scene, say, sentenceOf } from '../world.ts';

/** After a failure that may pass. */
const RETRY_MS = 30_000;

export interface WatchOptions extends WishOptions {
  out?: string;
  once?: boolean;
  settle: number;
}

/** Transcribes what is put into a folder, each recording once, until it is interrupted; with `--once` what is there now. */
export async function watch(scene: Scene, folder: string, options: WatchOptions): Promise<ExitCode> {
  const { world } = scene;
  const root = await realFolder(resolve(world.cwd, folder));
  const { steno, session } = await connect(scene);
  const memory = await WatchMemory.open(world, session.server, root);
  const transcriber = await Transcriber.open(world, steno, session.server);
  const out = options.out === undefined ? root : resolve(world.cwd, options.out);
  const folderRun = new FolderRun(scene, { transcriber, memory, root, out, options });
  return options.once === true ? folderRun.once() : folderRun.untilInterrupted();
}

async function realFolder(path: string): Promise<string> {
  const stats = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (stats?.isDirectory() !== true) throw new Refusal(`${path} is no folder.`);
  return realpath(path);
}

interface Plan {
  transcriber: Transcriber;
  memory: WatchMemory;
  root: string;
  out: string;
  options: WatchOptions;
}

/** What is told of a file. */
interface News {
  file: string;
  state: 'known' | 'ordered' | 'done' | 'failed' | 'interrupted';
  transcriptionId?: string | undefined;
  output?: string;
  reason?: string;
  /** Whether it is tried again by itself. */
  again?: boolean;
}

/** The recordings of one folder on their way. */
class FolderRun {
  private readonly scene: Scene;
  private readonly plan: Plan;
  /** Recordings that are being worked at, by what they hold; a copy that comes meanwhile is the same recording, and waits. */
  private readonly underWay = new Map<string, Promise<unknown>>();

  constructor(scene: Scene, plan: Plan) {
    this.scene = scene;
    this.plan = plan;
  }

  /** What is there now and does not grow. */
  async once(): Promise<ExitCode> {
    const { root, options } = this.plan;
    const { signal } = this.scene.world;
    const errors: unknown[] = [];
    const files = await Promise.all(
      (await recordingsIn(root)).map(async (path) => ({ path, state: await stays(path, options.settle * 1_000, signal) })),
    );
    await inLanes(files, options.parallel, async ({ path, state }) => {
      const error = state === 'settled' ? await this.take(path) : undefined;
      if (state === 'changed') this.sayGrows(path);
      if (error !== undefined && !(error instanceof StillChanging)) errors.push(error);
    });
    return exitCodeOfAll(errors);
  }

  async untilInterrupted(): Promise<ExitCode> {
    const { world } = this.scene;
    const { root, options } = this.plan;
    const queue: string[] = [];
    let wake: () => void = () => undefined;
    const found = (path: string): void => {
      if (!queue.includes(path)) queue.push(path);
      wake();
    };
    const failed = (error: unknown): void => say(world, `The folder cannot be watched: ${sentenceOf(error)}`);
    const folder = new FolderWatch(root, options.settle * 1_000, { found, failed });
    world.signal.addEventListener('abort', () => wake(), { once: true });
    say(world, `Watching ${root}. Ctrl-C ends it.`);
    const work = new Set<Promise<void>>();
    while (!world.signal.aborted) {
      const path = work.size < options.parallel ? queue.shift() : undefined;
      if (path === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else {
        const task: Promise<void> = this.takeWithRetry(path, folder).finally(() => {
          work.delete(task);
          wake();
        });
        work.add(task);
      }
    }
    await folder.close();
    await Promise.all(work);
    return EXIT.interrupted;
  }

  private async takeWithRetry(path: string, folder: FolderWatch): Promise<void> {
    const error = await this.take(path);
    if (error === undefined || this.scene.world.signal.aborted || !mayPass(error) || isMissing(error)) return;
    if (error instanceof StillChanging) folder.look(path);
    else setTimeout(() => folder.look(path), RETRY_MS).unref();
  }

  /** @returns what went wrong; it was said already */
  private async take(path: string): Promise<unknown> {
    try {
      const contents = await this.plan.memory.read(path, this.scene.world.signal);
      const { sha256 } = contents;
      const other = this.underWay.get(sha256);
      if (other === undefined) {
        const work = this.transcribe(path, contents).catch((error: unknown) => this.failed(path, error, sha256));
        this.underWay.set(sha256, work);
        return await work.finally(() => this.underWay.delete(sha256));
      }
      await other;
    } catch (error) {
      return this.failed(path, error);
    }
    return this.take(path);
  }

  private async transcribe(path: string, contents: Contents): Promise<void> {
    const { transcriber, memory, options } = this.plan;
    const { sha256 } = contents;
    const name = this.nameOf(path);
    const known = memory.recall(sha256);
    if (known?.state === 'done' || known?.state === 'failed')
      return this.tell({ file: name, state: 'known', transcriptionId: known.transcriptionId });
    const transcriptionId = known?.state === 'ordered' ? known.transcriptionId : await this.order(path, contents, known);
    this.tell({ file: name, state: 'ordered', transcriptionId });
    await transcriber.wait(transcriptionId, quietView());
    const output = this.outputFor(path);
    await transcriber.write(transcriptionId, options.format, output);
    await memory.remember(sha256, { state: 'done', transcriptionId, output });
    this.tell({ file: name, state: 'done', transcriptionId, output });
  }

  /** @returns the id of the transcription */
  private async order(path: string, contents: Contents, before: Sent | undefined): Promise<string> {
    const { transcriber, memory } = this.plan;
    const { sha256 } = contents;
    const { recordingId, wish } = before ?? (await this.send(path, contents));
    try {
      const { id } = await transcriber.order(recordingId, wish, memory.keyOf(sha256, 'order', recordingId));
      await memory.remember(sha256, { state: 'ordered', transcriptionId: id });
      return id;
    } catch (error) {
      if (before === undefined || !(error instanceof ApiError) || error.code !== 'audio_not_found') throw error;
      // Deleted while the order could not be made, such as by a retention period.
      return this.order(path, contents, await this.send(path, contents, recordingId));
    }
  }

  /** @param lost the recording that this one takes the place of */
  private async send(path: string, contents: Contents, lost = ''): Promise<Sent> {
    const { transcriber, memory, options } = this.plan;
    const { sha256 } = contents;
    const source = { kind: 'file' as const, at: path, name: basename(path) };
    const key = memory.keyOf(sha256, 'upload', source.name, lost);
    const { id } = await transcriber.bring(source, quietView(), { contents, key });
    const sent: Sent = { state: 'sent', recordingId: id, wish: toWish(options) };
    await memory.remember(sha256, sent);
    return sent;
  }

  /** @returns the error */
  private async failed(path: string, error: unknown, sha256?: string): Promise<unknown> {
    if (error instanceof StillChanging) {
      this.sayGrows(path);
      return error;
    }
    const reason = sentenceOf(error);
    const forGood = !mayPass(error);
    if (sha256 !== undefined && forGood) {
      const id = error instanceof TranscriptionFailedError ? { transcriptionId: error.id } : {};
      await this.plan.memory.remember(sha256, { state: 'failed', reason, ...id });
    }
    const state = exitCodeOf(error) === EXIT.interrupted ? 'interrupted' : 'failed';
    this.tell({ file: this.nameOf(path), state, reason, again: !forGood });
    return error;
  }

  private sayGrows(path: string): void {
    say(this.scene.world, `${this.nameOf(path)}: still grows`);
  }

  private tell({ file, state, ...more }: News): void {
    const { world, options } = this.scene;
    if (options.json === true) return printJson(world, { file, state, ...more });
    const note = more.output ?? more.reason ?? more.transcriptionId;
    say(world, `${file}: ${state}${note === undefined ? '' : ` (${note})`}`);
  }

  private nameOf(path: string): string {
    return relative(this.plan.root, path);
  }

  /** In the same folders as the recordings. */
  private outputFor(path: string): string {
    const name = this.nameOf(path);
    return join(this.plan.out, dirname(name), `${basename(name, extname(name))}.${EXTENSIONS[this.plan.options.format]}`);
  }
}

function quietView() {
  const nothing = (): void => undefined;
  return { sent: nothing, ordered: nothing, progress: nothing, ended: nothing };
}
