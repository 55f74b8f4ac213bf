import { registerAccount } from './account.ts';
import { fillLibrary } from './library.ts';
import { percentile, type Row, type Sides, type Variant } from './row.ts';
import type { Stage } from './stage.ts';

const LARGE = 1_000;
const SMALL = 10;
const REQUESTS = 200;
const WARM_UP_REQUESTS = 50;
const LONGEST_MS = 50;

/** What is asked for, the n-th time. */
const PATHS: Record<string, (n: number) => string> = {
  'newest first': () => 'transcriptions',
  'deep in the list': (n) => `transcriptions?page=${1 + (n % 50)}`,
  'by status': (n) => `transcriptions?status=${n % 2 === 0 ? 'failed' : 'completed'}&page=${1 + (n % 5)}`,
  'search, a rare word': (n) => `search?q=word${(10 * n + 1) % 1_000}`,
  'search, words everybody says': (n) => `search?q=numbers+quarter&page=${1 + (n % 5)}`,
};

export const p7: Row = {
  id: 'P7',
  work: 'The p95 of listing, filtering and full-text search over 1,000,000 transcripts in 1,000 workspaces, one request at a time',
  floor: 'the same with 10,000 transcripts in 10 workspaces',
  unit: 'ms',
  reach: { atMost: 2 },
  ceiling: { id: 'P7.1', figure: LONGEST_MS },
  turns: 3,
  oneStage: true,
  variants: Object.entries(PATHS).map(([name, path]): Variant => ({ name, open: (stage) => open(stage, path) })),
};

/** The two libraries, each with an API and an account in one of its workspaces. */
const libraries = new WeakMap<Stage, Promise<{ large: Reader; small: Reader }>>();

async function open(stage: Stage, path: (n: number) => string): Promise<Sides> {
  const opening = libraries.get(stage) ?? openLibraries(stage);
  libraries.set(stage, opening);
  const { large, small } = await opening;
  return { steno: () => large.p95(path), floor: () => small.p95(path) };
}

async function openLibraries(stage: Stage): Promise<{ large: Reader; small: Reader }> {
  const beside = await stage.openBeside();
  return { large: await Reader.open(stage, LARGE), small: await Reader.open(beside, SMALL) };
}

/** Somebody who looks at the transcripts of a workspace. */
class Reader {
  private readonly origin: string;
  private readonly token: string;

  private constructor(origin: string, token: string) {
    this.origin = origin;
    this.token = token;
  }

  static async open(stage: Stage, workspaces: number): Promise<Reader> {
    const api = await stage.startApi();
    const { token, workspaceId } = await registerAccount(api);
    await stage.asOwner((owner) => fillLibrary(owner, workspaceId, workspaces));
    return new Reader(api, token);
  }

  /** @returns in ms */
  async p95(path: (n: number) => string): Promise<number> {
    const took: number[] = [];
    for (let n = 0; n < WARM_UP_REQUESTS + REQUESTS; n += 1) {
      const begun = performance.now();
      await this.get(path(n));
      if (n >= WARM_UP_REQUESTS) took.push(performance.now() - begun);
    }
    return percentile(took, 95);
  }

  private async get(path: string): Promise<void> {
    const response = await fetch(`${this.origin}/api/v1/${path}`, { headers: { authorization: `Bearer ${this.token}` } });
    const { data } = (await response.json()) as { data?: unknown[] };
    if (!data?.length) throw new Error(`GET ${path} gave nothing (status ${response.status}).`);
  }
}
