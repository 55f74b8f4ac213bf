import { connect } from '../session.ts';
import { table } from '../table.ts';
import { print, printJson, type Scene } from '../world.ts';

/** What was used, by default this month, what it cost, and what is left. */
export async function usage(scene: Scene, period: { from?: string; to?: string }): Promise<void> {
  const { world, options } = scene;
  const { steno } = await connect(scene);
  const { signal } = world;
  const [used, quotas] = await Promise.all([steno.usage.get(period, { signal }), steno.usage.quotas({ signal })]);
  if (options.json === true) return printJson(world, { usage: used, quotas });
  const { calls, failed, audioSeconds, costMicroDollars, unknownCostCalls } = used.total;
  const unknown = unknownCostCalls > 0 ? `, and ${unknownCostCalls} calls of unknown cost` : '';
  print(
    world,
    `${used.from} to ${used.to}: ${calls} calls (${failed} failed), ${Math.round(audioSeconds)} s of sound, $${(costMicroDollars / 1_000_000).toFixed(2)}${unknown}`,
  );
  const rows = quotas.quotas.map(({ resource, unit, used: taken, limit, left, resetAt }) => [
    resource,
    String(Math.round(taken)),
    limit === null ? 'no limit' : String(limit),
    left === null ? '' : String(Math.round(left)),
    unit,
    resetAt?.slice(0, 10) ?? '',
  ]);
  print(world, `Plan ${quotas.plan}`);
  print(world, table(['quota', 'used', 'limit', 'left', 'unit', 'anew on'], rows));
}
