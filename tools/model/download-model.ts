import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '../refusal.ts';

/** SHA-1 of the model files, from whisper.cpp's models/README.md and its download script's names. */
const SHA1: Readonly<Record<string, string>> = {
  tiny: 'bd577a113a864445d4c299885e0cb97d4ba92b5f',
  'tiny.en': 'c78c86eb1a8faa21b369bcd33207cc90d64ae9df',
  base: '465707469ff3a37a2b9b8d8f89f2f99de7299dac',
  'base.en': '137c40403d78fd54d454da0f9bd998f78703390c',
  small: '55356645c2b361a969dfd0ef2c5a50d530afd8d5',
  'small.en': 'db8a495a91d927739e50b3fc1cc4c6b8f6c2d022',
  medium: 'fd9727b6e1217c2f614f9b698455c4ffd82463b4',
  'medium.en': '8c30f0e44ce9560643ebd10bbe50cd20eafd3723',
  'large-v3': 'ad82bf6a9043ceed055076d0fd39f5f186ff8062',
  'large-v3-q5_0': 'e6e2ed78495d403bef4b7cff42ef4aaadcfea8de',
  'large-v3-turbo': '4af2b29d7ec73d781377bfd1758ca957a807e941',
  'large-v3-turbo-q5_0': 'e050f7970618a659205450ad97eb95a18d69c9ee',
};
const HOME_OF_MODELS = 'https://huggingface.co/ggerganov/whisper.cpp/resolve/main';
/** Left free on the disk besides the model. */
const SPARE_BYTES = 100_000_000;
const PROGRESS_STEP = 0.1;

/** What to fetch, from where, to where. */
export interface ModelDownload {
  /** As whisper.cpp calls it: `base`, `small.en`. */
  name: string;
  /** Folder for the file; made when it is missing. */
  folder: string;
  /** Where `ggml-<name>.bin` lies. */
  baseUrl?: string;
  /** Known names with their SHA-1. */
  sums?: Readonly<Record<string, string>>;
  /** Bytes that have to stay free. */
  spareBytes?: number;
  /** Gets each line of progress. */
  say: (line: string) => void;
}

/**
 * Downloads a model for the local engine. What an interrupted run has got is kept and continued.
 * @returns path of the complete, checked file
 * @throws Refusal with a sentence that says what to do
 */
export async function downloadModel(download: ModelDownload): Promise<string> {
  const { name, folder, baseUrl = HOME_OF_MODELS, sums = SHA1, say } = download;
  const sum = sums[name];
  if (sum === undefined) throw new Refusal(`There is no model "${name}". Choose one of: ${Object.keys(sums).join(', ')}.`);
  const file = join(folder, `ggml-${name}.bin`);
  const part = `${file}.part`;
  if (existsSync(file)) {
    if ((await sha1Of(file)) === sum) {
      say(`${file} is there already, and whole.`);
      return file;
    }
    say(`${file} is there, but is not the published model. It is downloaded again.`);
  }
  await mkdir(folder, { recursive: true });
  await fetchRest(download, `${baseUrl.replace(/\/+$/, '')}/ggml-${name}.bin`, part);
  say('Checking the file.');
  if ((await sha1Of(part)) !== sum) {
    await rm(part);
    throw new Refusal(
      'The downloaded file is damaged: its SHA-1 is not the published one. It was removed; run the command again.',
    );
  }
  await rename(part, file);
  say(`${file} is ready. Restart Steno to use it.`);
  return file;
}

async function fetchRest(
  { name, folder, spareBytes = SPARE_BYTES, say }: ModelDownload,
  url: string,
  part: string,
): Promise<void> {
  const have = existsSync(part) ? (await stat(part)).size : 0;
  const response = await request(url, have);
  // The server has nothing beyond what is here: the checksum tells whether that is the model.
  if (response.status === 416 && have > 0) return;
  if (!response.ok || response.body === null) {
    throw new Refusal(`${url} answered ${response.status}. Check MODEL_BASE_URL, or try again later.`);
  }
  const from = response.status === 206 ? have : 0;
  const length = Number(response.headers.get('content-length') ?? 0);
  await requireRoom(folder, length + spareBytes);
  say(`${from === 0 ? 'Downloading' : `Going on at ${inMegabytes(from)} with`} ${name}, ${inMegabytes(from + length)}.`);
  const sink = createWriteStream(part, { flags: from === 0 ? 'w' : 'a' });
  try {
    await pipeline(Readable.fromWeb(response.body), progress(from, from + length, say), sink);
  } catch (error) {
    const kept = inMegabytes((await stat(part)).size);
    throw new Refusal(`The download broke off. ${kept} are kept; run the command again to go on.`, { cause: error });
  }
}

async function request(url: string, have: number): Promise<Response> {
  try {
    return await fetch(url, { headers: have === 0 ? {} : { range: `bytes=${have}-` } });
  } catch (error) {
    const message = `${new URL(url).host} cannot be reached. Check the network, or set MODEL_BASE_URL to a server that has the file.`;
    throw new Refusal(message, { cause: error });
  }
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  throw new Refusal(
    `${folder} has ${inMegabytes(bavail * bsize)} free, but ${inMegabytes(bytes)} are needed. Make room, or choose a smaller model.`,
  );
}

/** Passes the bytes on and says every tenth of the way. */
function progress(from: number, total: number, say: (line: string) => void) {
  return async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let done = from;
    let next = (Math.floor(done / total / PROGRESS_STEP) + 1) * PROGRESS_STEP;
    for await (const piece of source) {
      done += piece.length;
      if (done / total >= next) {
        say(`${Math.floor((done / total) * 100)} %`);
        next += PROGRESS_STEP;
      }
      yield piece;
    }
  };
}

async function sha1Of(path: string): Promise<string> {
  const hash = createHash('sha1');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
