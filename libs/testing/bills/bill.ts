/** Asks the database, whatever workspace its rows are of. */
type Query = <Row extends object>(sql: string, parameters: unknown[]) => Promise<Row[]>;

/** What each engine takes for a minute, in millionths of a dollar, and the seconds it bills at least: the vendors' price pages. */
const PRICES: Record<string, readonly [microDollars: number, leastSeconds: number]> = {
  'openai/whisper-1': [6_000, 0],
  'groq/whisper-large-v3-turbo': [667, 10],
};

/** What was written down of a transcription and its workspace. */
export interface Bill {
  /** Indices of the chunks that were answered, once for each answer. */
  answered: number[];
  /** Engines that answered. */
  engines: string[];
  /** Kinds of what failed. */
  failures: string[];
  /** Of answered sound, and what it costs: by the calls, by the usage, and as it should be. */
  calls: { milliseconds: number; microDollars: number };
  usage: { milliseconds: number; microDollars: number };
  owed: { milliseconds: number; microDollars: number };
  /** Calls whose cost nobody knows, because their answer never came. */
  unknown: number;
  /** What the workspace's quota of transcribed sound was charged with for it. */
  chargedMilliseconds: number;
}

interface AttemptRow {
  engine: string;
  chunk: number;
  kind: string | null;
  seconds: number;
  cost: number | null;
}

const ATTEMPTS = `
SELECT provider || '/' || model AS engine, chunk_index AS chunk, error_kind AS kind, audio_seconds AS seconds,
  cost_micro_dollars::float8 AS cost
FROM transcription_attempts WHERE transcription_id = $1 ORDER BY id`;

const USAGE = `
SELECT coalesce(sum(milliseconds), 0)::float8 AS milliseconds, coalesce(sum(cost_micro_dollars), 0)::float8 AS "microDollars",
  count(*) FILTER (WHERE cost_micro_dollars IS NULL)::int AS unknown
FROM usage_records WHERE subject_id = $1`;

const CHARGED = `
SELECT coalesce(sum(amount), 0)::float8 AS n FROM quota_ledger
WHERE subject_id = $1 AND resource = 'transcription' AND kind = 'settle'`;

/** Reads the bill of a transcription, and reckons what it should be by the sound and the price pages alone. */
export async function billOf(query: Query, id: string): Promise<Bill> {
  const attempts = await query<AttemptRow>(ATTEMPTS, [id]);
  const answers = attempts.filter(({ kind }) => kind === null);
  const [usage] = await query<{ milliseconds: number; microDollars: number; unknown: number }>(USAGE, [id]);
  const [charged] = await query<{ n: number }>(CHARGED, [id]);
  return {
    answered: answers.map(({ chunk }) => chunk).toSorted((a, b) => a - b),
    engines: [...new Set(answers.map(({ engine }) => engine))].toSorted(),
    failures: attempts.flatMap(({ kind }) => (kind === null ? [] : [kind])),
    calls: sumOf(answers.map(({ seconds, cost }) => ({ milliseconds: 1_000 * seconds, microDollars: cost ?? NaN }))),
    usage: { milliseconds: usage?.milliseconds ?? NaN, microDollars: usage?.microDollars ?? NaN },
    owed: sumOf(
      answers.map(({ engine, seconds }) => ({ milliseconds: 1_000 * seconds, microDollars: priceOf(engine, seconds) })),
    ),
    unknown: usage?.unknown ?? NaN,
    chargedMilliseconds: charged?.n ?? NaN,
  };
}

function sumOf(bills: readonly { milliseconds: number; microDollars: number }[]): Bill['owed'] {
  return bills.reduce(
    (sum, bill) => ({
      milliseconds: sum.milliseconds + Math.round(bill.milliseconds),
      microDollars: sum.microDollars + bill.microDollars,
    }),
    { milliseconds: 0, microDollars: 0 },
  );
}

function priceOf(engine: string, seconds: number): number {
  const [microDollars, least] = PRICES[engine] ?? [NaN, NaN];
  return Math.round((microDollars * Math.max(seconds, least)) / 60);
}
