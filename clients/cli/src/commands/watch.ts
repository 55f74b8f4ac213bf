import { stat, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TranscriptionFailedError } from '../client.ts';
import { EXIT, type ExitCode, exitCodeOf, exitCodeOfAll, Refusal } from '../exit-codes.ts';
import { isMissing } from '../files.ts';
import { watchFolder } from '../folder-watch.ts';
import { inLanes } from '../lanes.ts';
import { EXTENSIONS } from '../outputs.ts';
import { connect } from '../session.ts';
import { recordingsIn } from '../sources.ts';
import { mayPass, stampOf, Transcriber } from '../transcriber.ts';
import { WatchMemory } from '../watch-memory.ts';
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
  /** Recordings that are being worked at, by what they hold; a copy that comes meanwhile is the same recording. */
  private readonly underWay = new Set<string>();

  constructor(scene: Scene, plan: Plan) {
    this.scene = scene;
    this.plan = plan;
  }

  /** What is there now and does not grow. */
  async once(): Promise<ExitCode> {
    const { root, options } = this.plan;
    const { signal } = this.scene.world;
    const before = await Promise.all((await recordingsIn(root)).map(async (path) => ({ path, stamp: await stampOf(path) })));
    if (before.length > 0) await sleep(options.settle * 1_000, undefined, { signal });
    const errors: unknown[] = [];
    await inLanes(before, options.parallel, async ({ path, stamp }) => {
      const now = await stampOf(path);
      if (now.bytes !== stamp.bytes || now.changedAt !== stamp.changedAt)
        return say(this.scene.world, `${this.nameOf(path)}: still grows`);
      const error = await this.take(path);
      if (error !== undefined) errors.push(error);
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
    const close = watchFolder(root, options.settle * 1_000, { found, failed });
    world.signal.addEventListener('abort', () => wake(), { once: true });
    say(world, `Watching ${root}. Ctrl-C ends it.`);
    const work = new Set<Promise<void>>();
    while (!world.signal.aborted) {
      const path = work.size < options.parallel ? queue.shift() : undefined;
      if (path === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else {
        const task: Promise<void> = this.takeWithRetry(path, found).finally(() => {
          work.delete(task);
          wake();
        });
        work.add(task);
      }
    }
    await close();
    await Promise.all(work);
    return EXIT.interrupted;
  }

  private async takeWithRetry(path: string, again: (path: string) => void): Promise<void> {
    const error = await this.take(path);
    if (error === undefined || this.scene.world.signal.aborted || !mayPass(error) || isMissing(error)) return;
    setTimeout(() => again(path), RETRY_MS).unref();
  }

  /** @returns what went wrong; it was said already */
  private async take(path: string): Promise<unknown> {
    let sha256: string | undefined;
    try {
      sha256 = await this.plan.memory.hash(path, this.scene.world.signal);
      if (this.underWay.has(sha256)) return undefined;
      this.underWay.add(sha256);
      await this.transcribe(path, sha256);
      return undefined;
    } catch (error) {
      await this.failed(path, sha256, error);
      return error;
    } finally {
      if (sha256 !== undefined) this.underWay.delete(sha256);
    }
  }

  private async transcribe(path: string, sha256: string): Promise<void> {
    const { transcriber, memory, options } = this.plan;
    const name = this.nameOf(path);
    const known = memory.recall(sha256);
    if (known?.state === 'done' || known?.state === 'failed')
      return this.tell({ file: name, state: 'known', transcriptionId: known.transcriptionId });
    const view = quietView();
    let id = known?.transcriptionId;
    if (id === undefined) {
      const wish = toWish(options);
      const keys = memory.keysOf(sha256, wish);
      const source = { kind: 'file' as const, at: path, name: basename(path) };
      const recording = await transcriber.bring(source, view, { sha256, key: keys.upload });
      ({ id } = await transcriber.order(recording.id, wish, keys.order));
      await memory.remember(sha256, { state: 'ordered', transcriptionId: id });
    }
    this.tell({ file: name, state: 'ordered', transcriptionId: id });
    await transcriber.wait(id, view);
    const output = this.outputFor(path);
    await transcriber.write(id, options.format, output);
    await memory.remember(sha256, { state: 'done', transcriptionId: id, output });
    this.tell({ file: name, state: 'done', transcriptionId: id, output });
  }

  private async failed(path: string, sha256: string | undefined, error: unknown): Promise<void> {
    const reason = sentenceOf(error);
    const forGood = !mayPass(error);
    if (sha256 !== undefined && forGood) {
      const id = error instanceof TranscriptionFailedError ? { transcriptionId: error.id } : {};
      await this.plan.memory.remember(sha256, { state: 'failed', reason, ...id });
    }
    const state = exitCodeOf(error) === EXIT.interrupted ? 'interrupted' : 'failed';
    this.tell({ file: this.nameOf(path), state, reason, again: !forGood });
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
