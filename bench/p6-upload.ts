import { setTimeout as sleep } from 'node:timers/promises';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { registerAccount } from './account.ts';
import { bulkSound } from './bulk-sound.ts';
import { limitOf, NO_PROGRAM, type Row, type Sides, type Variant } from './row.ts';
import type { Stage } from './stage.ts';

const MB = 1_000_000;
/** Parts on their way at once, of one upload. */
const PARTS_AT_ONCE = 4;
const PART_BYTES = 10 * 1024 * 1024;
const MOST_URLS = 100;
const LOOK_MS = 50;

/** How much is sent, and how. */
interface Load {
  uploads: number;
  bytes: number;
  /** What the API may take of memory over what it takes idle, in MB. */
  memory: number;
}

const LOADS: Record<string, Load> = {
  '1 × 5 GB': { uploads: 1, bytes: 5_000 * MB, memory: 100 },
  '10 × 500 MB at once': { uploads: 10, bytes: 500 * MB, memory: 400 },
};

export const p6: Row = {
  id: 'P6',
  work: 'uploads in parts through the API to its own disk, until each is a recording (hashed, looked at by ffmpeg)',
  floor: 'a bare Node server that writes the same parts to their places and syncs them',
  unit: 'MB/s',
  reach: { atLeast: 0.8 },
  turns: 1,
  variants: variants((stage, load) => rates(stage, load)),
};

export const p6Memory: Row = {
  id: 'P6.1',
  work: 'memory of the API over idle during the same uploads, at its peak',
  floor: NO_PROGRAM,
  unit: 'MB',
  reach: { atMost: 1 },
  turns: 1,
  variants: variants((stage, load) => memory(stage, load)),
};

function variants(open: (stage: Stage, load: Load) => Promise<Sides>): Variant[] {
  return Object.entries(LOADS).map(([name, load]) => ({ name, open: (stage) => open(stage, load) }));
}

async function rates(stage: Stage, load: Load): Promise<Sides> {
  const [api, bare] = await Promise.all([startApi(stage), stage.startFloor('put-parts')]);
  const headers = await authorised(api);
  return {
    steno: () => rateOf(stage, load, (bytes) => upload(api, headers, bytes)),
    floor: () => rateOf(stage, load, (bytes, index) => putBare(`${bare}/${index}`, bytes)),
  };
}

async function memory(stage: Stage, load: Load): Promise<Sides> {
  const api = await startApi(stage);
  const headers = await authorised(api);
  const idle = stage.memoryOfApi(api, 'VmRSS');
  return {
    steno: async () => {
      const peak = new Peak(() => stage.memoryOfApi(api, 'VmRSS'));
      // Ended also when an upload fails: the process it looks at ends then.
      await rateOf(stage, load, (bytes) => upload(api, headers, bytes)).finally(() => peak.end());
      return Math.max(0, (await peak.end()) - idle);
    },
    floor: limitOf(load.memory),
  };
}

function startApi(stage: Stage): Promise<string> {
  return stage.startApi({ MAX_UPLOAD_MB: '5000' });
}

async function authorised(api: string): Promise<Record<string, string>> {
  const { token } = await registerAccount(api);
  return { authorization: `Bearer ${token}` };
}

/** @returns MB a second, over all uploads; their room on the disk is given back */
async function rateOf(
  stage: Stage,
  { uploads, bytes }: Load,
  send: (bytes: number, index: number) => Promise<void>,
): Promise<number> {
  const started = performance.now();
  await Promise.all(Array.from({ length: uploads }, (_, index) => send(bytes, index)));
  const rate = ((uploads * bytes) / MB / (performance.now() - started)) * 1_000;
  await rm(join(stage.directory, 'objects', 'workspaces'), { recursive: true, force: true });
  return rate;
}

interface PartUrl {
  number: number;
  bytes: number;
  url: string;
}

/** Until it is a recording. */
async function upload(api: string, headers: Record<string, string>, bytes: number): Promise<void> {
  const order = { name: 'bulk.wav', bytes };
  const begun = await ask<{ id: string; partCount: number; partBytes: number }>(`${api}/api/v1/uploads`, 'POST', headers, order);
  const { id, partCount, partBytes } = begun;
  const urls = `${api}/api/v1/uploads/${id}/parts`;
  for (let first = 1; first <= partCount; first += MOST_URLS) {
    const numbers = Array.from({ length: Math.min(MOST_URLS, partCount - first + 1) }, (_, index) => first + index);
    const { partUrls } = await ask<{ partUrls: PartUrl[] }>(urls, 'POST', headers, { numbers });
    await severalAtOnce(partUrls, ({ url, number, bytes: size }) =>
      put(api + new URL(url).pathname, bulkSound((number - 1) * partBytes, size)),
    );
  }
  await ask(`${api}/api/v1/uploads/${id}/complete`, 'POST', headers);
}

async function putBare(url: string, bytes: number): Promise<void> {
  const offsets = Array.from({ length: Math.ceil(bytes / PART_BYTES) }, (_, index) => index * PART_BYTES);
  await severalAtOnce(offsets, (at) => put(`${url}/${at}`, bulkSound(at, Math.min(PART_BYTES, bytes - at))));
  await fetch(url, { method: 'DELETE' });
}

async function put(url: string, body: Buffer<ArrayBuffer>): Promise<void> {
  const response = await fetch(url, { method: 'PUT', body });
  if (!response.ok) throw new Error(`PUT ${url}: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
}

async function ask<T>(url: string, method: string, headers: Record<string, string>, body?: object): Promise<T> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers: { ...headers, ...type }, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function severalAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: PARTS_AT_ONCE }, worker));
}

/** The highest of many looks. */
class Peak {
  private highest = 0;
  private ended = false;
  private readonly looking: Promise<void>;

  constructor(look: () => number) {
    this.looking = this.watch(look);
  }

  async end(): Promise<number> {
    this.ended = true;
    await this.looking;
    return this.highest;
  }

  private async watch(look: () => number): Promise<void> {
    for (; !this.ended; await sleep(LOOK_MS)) this.highest = Math.max(this.highest, look());
  }
}
