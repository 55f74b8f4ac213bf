import { registerAccount, uploadSound } from './account.ts';
import { shortSound } from './bulk-sound.ts';
import { warmUp } from './http-load.ts';
import { onBothQueues, type Row, type Sides } from './row.ts';
import type { Stage } from './stage.ts';
import { PREPARE_ONLY } from './transcribing.ts';

const AT_ONCE = 16;

export const p3: Row = {
  id: 'P3',
  work: 'POST transcriptions by a signed-in user: the recording held, quotas reserved, the order and its job in one transaction, 16 at once',
  floor: 'bare Fastify and pg, three INSERTs in one transaction: transcription, job, reservation',
  unit: 'requests/s',
  reach: { atLeast: 0.6 },
  variants: onBothQueues(open),
};

async function open(stage: Stage, settings: Record<string, string>): Promise<Sides> {
  const [api, bare] = await Promise.all([stage.startApi({ ...settings, ...PREPARE_ONLY }), stage.startFloor('three-inserts')]);
  const { token, workspaceId } = await registerAccount(api);
  const audioId = await uploadSound(api, token, new Blob([new Uint8Array(shortSound(40))]), 'sound.wav');
  const load = {
    atOnce: AT_ONCE,
    status: 202,
    body: { type: 'application/json', base64: Buffer.from(JSON.stringify({ audioId })).toString('base64') },
  };
  return {
    steno: await warmUp({
      ...load,
      origin: api,
      paths: ['/api/v1/transcriptions'],
      headers: { authorization: `Bearer ${token}` },
    }),
    floor: await warmUp({ ...load, origin: bare, paths: [`/${workspaceId}/transcriptions`], headers: {} }),
  };
}
