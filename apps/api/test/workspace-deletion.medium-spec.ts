import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { makeTranscription } from '#testing/factories';
import { JobOutbox } from '#queues';
import { ask, makeTeam, recorded, type Team } from './team.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

let api: TestApi;
let other: TestApi;
let team: Team;

beforeAll(async () => {
  api = await startTestApi();
  other = await startTestApi({ DATABASE_URL: api.databaseUrl });
});
afterAll(async () => {
  await other.stop();
  await api.stop();
});
beforeEach(async () => {
  team = await makeTeam(api);
});

const deleted = (who: SignedInUser) => ask(api, who, 'GET', '/api/v1/workspaces?deleted=true');
const jobs = () =>
  api.database.asSystem((tx) =>
    tx.query<{ name: string; state: string; due: string; epoch: number }>(
      `SELECT name, state, epoch, CASE WHEN due_at = 'infinity' THEN 'never' WHEN due_at > now() THEN 'later' ELSE 'now' END AS due
       FROM jobs WHERE workspace_id = $1 ORDER BY id`,
      [team.id],
    ),
  );

describe('a deleted workspace', () => {
  it('is gone for everybody at once, in every process (items 34, 39)', async () => {
    const me = (through: TestApi, who: SignedInUser) =>
      ask(through, { headers: { ...who.headers, 'x-workspace-id': team.id } }, 'GET', '/api/v1/auth/me');
    for (const through of [api, other]) expect(await me(through, team.viewer)).toMatchObject({ status: 200 });
    expect(await ask(api, team.owner, 'DELETE', team.url())).toMatchObject({ status: 204 });
    const missing = await ask(api, team.owner, 'GET', `/api/v1/workspaces/${uuidv7()}`);
    for (const who of [team.owner, team.admin, team.viewer]) {
      const gone = await ask(api, who, 'GET', team.url());
      expect({ ...gone.body, requestId: '', instance: '' }).toEqual({ ...missing.body, requestId: '', instance: '' });
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await me(other, team.viewer)).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } });
  });

  it('is seen by its owners alone, who can restore it with all members', async () => {
    await ask(api, team.owner, 'DELETE', team.url());
    const seen = await deleted(team.owner);
    expect(seen.body).toMatchObject({ total: 1, data: [{ id: team.id, role: 'owner', deletedAt: expect.any(String) }] });
    const [{ restorableUntil, deletedAt }] = seen.body['data'] as [{ restorableUntil: string; deletedAt: string }];
    expect(Date.parse(restorableUntil) - Date.parse(deletedAt)).toBe(30 * 86_400_000);
    expect((await deleted(team.admin)).body).toMatchObject({ total: 0 });
    for (const who of [team.admin, team.viewer])
      expect(await ask(api, who, 'POST', team.url('/restore'))).toMatchObject({
        status: 404,
        body: { code: 'workspace_not_found' },
      });
    expect(await ask(api, team.owner, 'POST', team.url('/restore'))).toMatchObject({
      status: 200,
      body: { id: team.id, deletedAt: null },
    });
    expect(await ask(api, team.viewer, 'GET', team.url())).toMatchObject({ status: 200 });
    expect(await ask(api, team.owner, 'POST', team.url('/restore'))).toMatchObject({ status: 404 });
    expect((await recorded(api, team.id)).map(({ action }) => action)).toEqual(['workspace.deleted', 'workspace.restored']);
  });

  it('cannot be restored once its time is over', async () => {
    await ask(api, team.owner, 'DELETE', team.url());
    await api.database.asSystem((tx) => tx.execute('UPDATE workspaces SET purge_at = now() WHERE id = $1', [team.id]));
    expect(await ask(api, team.owner, 'POST', team.url('/restore'))).toMatchObject({ status: 404 });
    expect((await deleted(team.owner)).body).toMatchObject({ total: 0 });
  });

  it('has its work stopped, which goes on when it is restored; its end is owed once, for later', async () => {
    const outbox = api.app.get(JobOutbox);
    const [waiting, running] = [await makeTranscription(api.database, team.id), await makeTranscription(api.database, team.id)];
    await api.database.asSystem(async (tx) => {
      for (const { id } of [waiting, running])
        await outbox.add(tx, 'transcription.prepare', { workspaceId: team.id, subjectId: id, payload: {}, delaySeconds: 3_600 });
      await tx.execute(
        `UPDATE jobs SET state = 'running', epoch = 3, lease_until = now() + interval '1 hour' WHERE subject_id = $1`,
        [running.id],
      );
    });
    await ask(api, team.owner, 'DELETE', team.url());
    expect(await jobs()).toEqual([
      { name: 'transcription.prepare', state: 'waiting', due: 'never', epoch: 1 },
      { name: 'transcription.prepare', state: 'waiting', due: 'never', epoch: 4 },
      { name: 'workspace.purge', state: 'waiting', due: 'later', epoch: 0 },
    ]);
    await ask(api, team.owner, 'POST', team.url('/restore'));
    expect(await jobs()).toMatchObject([
      { name: 'transcription.prepare', due: 'now' },
      { name: 'transcription.prepare', due: 'now' },
    ]);
    await ask(api, team.owner, 'DELETE', team.url());
    expect((await jobs()).filter(({ name }) => name === 'workspace.purge')).toMatchObject([{ due: 'later' }]);
  });

  it('is deleted once by two at once', async () => {
    const answers = await Promise.all([api, other].map((through) => ask(through, team.owner, 'DELETE', team.url())));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404]);
    expect((await recorded(api, team.id)).filter(({ action }) => action === 'workspace.deleted')).toHaveLength(1);
  });
});
