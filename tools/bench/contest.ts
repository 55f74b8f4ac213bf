import type { Row, Variant } from '../../bench/row.ts';
import { NO_PROGRAM } from '../../bench/row.ts';
import { Stage } from '../../bench/stage.ts';

const TURNS = 5;

/** What both sides of one variant gave. */
export interface Contest {
  variant: string;
  /** One figure a turn, in their order. */
  steno: number[];
  floor: number[];
}

/** How a contest ended. */
export interface Verdict {
  /** Medians. */
  steno: number;
  floor: number;
  ratio: number;
  reached: boolean;
}

/** Plays all variants of a row. */
export async function contestsOf(row: Row, signal: AbortSignal): Promise<Contest[]> {
  const contests: Contest[] = [];
  await using stages = new AsyncDisposableStack();
  const shared = row.oneStage === true ? stages.use(await Stage.open(signal)) : null;
  for (const variant of row.variants) {
    console.log(`${row.id} ${variant.name} …`);
    if (shared === null) {
      await using own = await Stage.open(signal);
      contests.push(await contest(variant, own, signal, row.turns));
    } else contests.push(await contest(variant, shared, signal, row.turns));
  }
  return contests;
}

/** Lets Steno and its floor measure in turn, so that what else goes on on the machine falls on both. */
async function contest({ name, open }: Variant, stage: Stage, signal: AbortSignal, turns = TURNS): Promise<Contest> {
  const sides = await open(stage);
  const result: Contest = { variant: name, steno: [], floor: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    signal.throwIfAborted();
    result.floor.push(await sides.floor());
    result.steno.push(await sides.steno());
  }
  return result;
}

/** The row and, where it has a ceiling, the row that says whether Steno stays under it. */
export function withCeiling(row: Row, contests: Contest[]): { row: Row; contests: Contest[] }[] {
  const { ceiling } = row;
  if (ceiling === undefined) return [{ row, contests }];
  const under: Row = { ...row, id: ceiling.id, floor: NO_PROGRAM, reach: { atMost: 1 } };
  const judged = contests.map((given) => ({ ...given, floor: given.steno.map(() => ceiling.figure) }));
  return [
    { row, contests },
    { row: under, contests: judged },
  ];
}

export function verdictOf({ reach }: Pick<Row, 'reach'>, { steno, floor }: Contest): Verdict {
  const medians = { steno: median(steno), floor: median(floor) };
  const ratio = medians.steno / medians.floor;
  return { ...medians, ratio, reached: 'atLeast' in reach ? ratio >= reach.atLeast : ratio <= reach.atMost };
}

/** @param figures an odd number of them */
export function median(figures: readonly number[]): number {
  const middle = figures.toSorted((a, b) => a - b)[(figures.length - 1) / 2];
  if (middle === undefined) throw new Error(`There is no figure in the middle of ${figures.length}.`);
  return middle;
}
