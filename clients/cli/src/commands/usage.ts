import { ApiError, type Quotas, type Steno, type Usage } from '../client.ts';
import { connect } from '../session.ts';
import { table } from '../table.ts';
import { print, printJson, type Scene, say } from '../world.ts';

export interface Period {
  from?: string;
  to?: string;
}

/** Shows what is left and, to a key that may see it, what was used, by default this month, and what it cost. */
export async function usage(scene: Scene, period: Period): Promise<void> {
  const { world, options } = scene;
  const { steno } = await connect(scene);
  const { signal } = world;
  const [used, quotas] = await Promise.all([usedIn(steno, period, signal), steno.usage.quotas({ signal })]);
  if (options.json === true) return printJson(world, { usage: used ?? null, quotas });
  if (used === undefined)
    say(world, 'What was used and what it cost only a key with the scope admin sees (steno login --email … --admin).');
  else print(world, sentenceOf(used));
  print(world, tableOf(quotas));
}

/** undefined: the key may not know. */
async function usedIn(steno: Steno, period: Period, signal: AbortSignal): Promise<Usage | undefined> {
  try {
    return await steno.usage.get(period, { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}

function sentenceOf({ from, to, total }: Usage): string {
  const { calls, failed, audioSeconds, costMicroDollars, unknownCostCalls } = total;
  const cost = `$${(costMicroDollars / 1_000_000).toFixed(2)}${unknownCostCalls > 0 ? ` and ${unknownCostCalls} calls of unknown cost` : ''}`;
  return `${from} to ${to}: ${calls} calls (${failed} failed), ${Math.round(audioSeconds)} s of sound, ${cost}`;
}

function tableOf({ plan, quotas }: Quotas): string {
  const rows = quotas.map(({ resource, unit, used, limit, left, resetAt }) => [
    resource,
    String(Math.round(used)),
    limit === null ? 'no limit' : String(limit),
    left === null ? '' : String(Math.round(left)),
    unit,
    resetAt?.slice(0, 10) ?? '',
  ]);
  return `Plan ${plan}\n${table(['quota', 'used', 'limit', 'left', 'unit', 'anew on'], rows)}`;
}
