import { registerAccount, uploadSound } from './account.ts';
import { shortSound } from './bulk-sound.ts';
import { warmUp } from './http-load.ts';
import { onBothQueues, type Row, type Sides } from './row.ts';
import type { Stage } from './stage.ts';
import { PREPARE_ONLY } from './transcribing.ts';

const AT_ONCE = 16;

export const p3: Row = {
  id: 'P3',
  work: 'POST transcriptions by signed-in users: the recording held, quotas reserved, the order and its job in one transaction, 16 at once',
  floor: 'bare Fastify and pg, three INSERTs in one transaction: transcription, job, reservation',
  unit: 'requests/s',
  reach: { atLeast: 0.6 },
  variants: [
    ...onBothQueues((stage, settings) => open(stage, settings, AT_ONCE)).map(({ name, ...variant }) => ({
      ...variant,
      name: `${AT_ONCE} workspaces, ${name}`,
    })),
    // Orders of one workspace wait for each other's commit, as the figures of its quotas do.
    { name: 'one workspace, without Redis', open: (stage) => open(stage, {}, 1) },
  ],
};

async function open(stage: Stage, settings: Record<string, string>, workspaces: number): Promise<Sides> {
  const [api, bare] = await Promise.all([stage.startApi({ ...settings, ...PREPARE_ONLY }), stage.startFloor('three-inserts')]);
  const paths: { steno: string; floor: string }[] = [];
  const each: { headers: Record<string, string>; json: object }[] = [];
  const sound = new Blob([new Uint8Array(shortSound(40))]);
  for (let workspace = 0; workspace < workspaces; workspace += 1) {
    const { token, workspaceId } = await registerAccount(api, `bench-${workspace}@example.com`);
    const audioId = await uploadSound(api, token, sound, 'sound.wav');
    paths.push({ steno: '/api/v1/transcriptions', floor: `/${workspaceId}/transcriptions` });
    each.push({ headers: { authorization: `Bearer ${token}` }, json: { audioId } });
  }
  const load = { atOnce: AT_ONCE, status: 202, each, headers: {} };
  return {
    steno: await warmUp({ ...load, origin: api, paths: paths.map(({ steno }) => steno) }),
    floor: await warmUp({ ...load, origin: bare, paths: paths.map(({ floor }) => floor) }),
  };
}
