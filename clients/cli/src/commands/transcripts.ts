import { resolve } from 'node:path';
import { writeWhole } from '../files.ts';
import { type Format, isBinary } from '../outputs.ts';
import { Refusal } from '../exit-codes.ts';
import { connect } from '../session.ts';
import { table } from '../table.ts';
import { print, printJson, type Scene, say } from '../world.ts';

type Status = 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled';

export const STATUSES: readonly Status[] = ['pending', 'processing', 'completed', 'failed', 'cancelled'];

/** The most a page holds. */
const PAGE = 100;

/** Lists transcriptions, newest first. */
export async function list(scene: Scene, { status, limit }: { status?: Status; limit: number }): Promise<void> {
  const { world, options } = scene;
  const { steno } = await connect(scene);
  const rows: string[][] = [];
  const query = { limit: Math.min(limit, PAGE), ...(status === undefined ? {} : { status }) };
  for await (const found of steno.transcriptions.each(query, { signal: world.signal })) {
    if (options.json === true) printJson(world, found);
    const state = found.status === 'processing' ? `${found.status} ${found.progress} %` : found.status;
    rows.push([
      found.id,
      state,
      found.createdAt.slice(0, 16).replace('T', ' '),
      clock(found.durationSeconds),
      found.language ?? '',
    ]);
    if (rows.length === limit) break;
  }
  if (options.json !== true) print(world, table(['id', 'status', 'ordered (UTC)', 'length', 'language'], rows));
}

/** Shows a transcription: its text on stdout, what else there is to say on stderr. */
export async function get(scene: Scene, id: string, { wait }: { wait?: boolean }): Promise<void> {
  const { world, options } = scene;
  const { steno } = await connect(scene);
  const { signal } = world;
  const found =
    wait === true
      ? await steno.transcriptions.wait(id, { signal, maxWaitMs: Infinity })
      : await steno.transcriptions.get(id, { signal });
  if (options.json === true) return printJson(world, found);
  const { status, progress, engine, durationSeconds, language, warnings, error, text } = found;
  say(
    world,
    `${status}, ${progress} %, ${engine.provider}/${engine.model}, ${clock(durationSeconds)} ${language ?? ''}`.trimEnd(),
  );
  for (const warning of warnings) say(world, warning);
  if (error !== null) say(world, `${error.code}: ${error.detail}`);
  if (text !== null) print(world, text);
}

/** Writes a transcript in a format to a file or to stdout. */
export async function exportTranscript(
  scene: Scene,
  id: string,
  { format, out }: { format: Format; out?: string },
): Promise<void> {
  const { world, options } = scene;
  if (out === undefined && isBinary(format)) throw new Refusal(`${format} is no text. Say with --out where it goes.`);
  const { steno } = await connect(scene);
  const blob = await steno.transcriptions.export(id, { format }, { signal: world.signal });
  if (out === undefined) return print(world, await blob.text());
  const path = resolve(world.cwd, out);
  await writeWhole(path, new Uint8Array(await blob.arrayBuffer()));
  if (options.json === true) printJson(world, { id, output: path });
  else print(world, path);
}

/** Seconds as people read them. */
export function clock(seconds: number | null): string {
  if (seconds === null) return '';
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  return `${hours > 0 ? `${hours}:` : ''}${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(rest).padStart(2, '0')}`;
}
