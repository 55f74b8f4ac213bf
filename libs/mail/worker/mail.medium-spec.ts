import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { Database } from '#database';
import { testConfig } from '#testing/config';
import { type TestDatabase, testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { type Mailbox, type ReceivedLetter, startMailbox } from '#testing/mailbox';
import type { NewLetter } from '../letter.js';
import { MailOutbox } from '../mail-outbox.js';
import { startMailWorker } from './mail-worker.fixture.js';
import { SmtpPost, smtpOptions } from './smtp-post.js';

interface MailRow {
  state: string;
  content_sealed: Buffer | null;
  sent_at: Date | null;
  failure: string | null;
  tries: number;
  job: string;
}

const TOKEN = 'kJ8s3cretTokenOfALink-42';
const URL_WITH_TOKEN = `https://steno.example/reset?token=${TOKEN}`;

const logged: string[] = [];
const opened = new AsyncDisposableStack();
let server: TestDatabase;
let owner: Client;
let mailbox: Mailbox;
let worker: TestingModule;
let database: Database;
let workspaceId: string;
/** What the mail server does before it says that it has a letter. */
let beforeConfirmation: (letter: ReceivedLetter) => Promise<void> = () => Promise.resolve();
let written = 0;

beforeAll(async () => {
  server = await testDatabase();
  opened.defer(() => server.drop());
  owner = new Client({ connectionString: server.url });
  await owner.connect();
  opened.defer(() => owner.end());
  mailbox = await startMailbox({ beforeConfirmation: (letter) => beforeConfirmation(letter) });
  opened.defer(() => mailbox.stop());
  const overrides = { DATABASE_URL: server.url, SMTP_URL: mailbox.url, WORKER_JOBS: 'mail.send' };
  worker = await startMailWorker(testConfig({ ...overrides, MAIL_FROM: 'Steno <steno@example.org>' }), logged);
  opened.defer(() => worker.close());
  database = worker.get(Database);
  workspaceId = (await makeWorkspace(database)).id;
});
afterEach(() => {
  beforeConfirmation = () => Promise.resolve();
  mailbox.refuse(null);
});
afterAll(() => opened.disposeAsync());

/** Owes a letter to somebody new. */
async function owe(given: Partial<NewLetter> = {}): Promise<{ id: string; to: string }> {
  written += 1;
  const to = `reader-${written}@example.com`;
  const link = { label: 'Choose a new password', url: URL_WITH_TOKEN };
  const letter = { workspaceId, to, subject: 'Reset your password', paragraphs: ['Hello,'], link, ...given };
  const id = await database.inWorkspace(workspaceId, (tx) => worker.get(MailOutbox).add(tx, letter));
  return { id, to: letter.to };
}

async function rowOf(id: string): Promise<MailRow> {
  const { rows } = await owner.query<MailRow>(
    `SELECT mails.*, jobs.failures AS tries, jobs.state AS job FROM mails JOIN jobs ON jobs.subject_id = mails.id WHERE mails.id = $1`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The letter is gone.');
  return row;
}

async function until(id: string, reached: (row: MailRow) => boolean): Promise<MailRow> {
  for (const deadline = Date.now() + 15_000; ; await sleep(20)) {
    const row = await rowOf(id);
    if (reached(row)) return row;
    if (Date.now() > deadline) throw new Error(`It did not come to that: ${JSON.stringify(row)}`);
  }
}

/** Waits for the first failed try and makes the next one due. */
async function untilRetried(id: string): Promise<MailRow> {
  const row = await until(id, ({ tries }) => tries > 0);
  await owner.query(`UPDATE jobs SET due_at = now() WHERE subject_id = $1`, [id]);
  return row;
}

/** All rows of all tables, the queue's too. */
async function everythingInTheDatabase(): Promise<string> {
  const { rows: tables } = await owner.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await owner.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
    texts.push(...rows.map(({ text }) => text));
  }
  return texts.join('\n');
}

describe('a letter', () => {
  it('arrives with its headers and both of its forms', async () => {
    const { id, to } = await owe({ subject: 'Grüße aus Łódź 🎙', paragraphs: ['Zażółć <b>gęślą</b> jaźń'] });
    const letter = await mailbox.next(to);
    expect(letter).toMatchObject({ from: 'steno@example.org', to: [to], messageId: `<${id}@example.org>`, link: URL_WITH_TOKEN });
    expect(letter.parsed).toMatchObject({
      from: { name: 'Steno', address: 'steno@example.org' },
      to: [{ address: to }],
      subject: 'Grüße aus Łódź 🎙',
      attachments: [],
    });
    expect(letter.text).toContain('Zażółć <b>gęślą</b> jaźń');
    expect(letter.html).toContain('<p>Zażółć &lt;b&gt;gęślą&lt;/b&gt; jaźń</p>');
    expect(letter.html).toContain(`<a href="${URL_WITH_TOKEN}">Choose a new password</a>`);
    const names = letter.parsed.headers.map(({ key }) => key);
    expect(names).toEqual(expect.arrayContaining(['date', 'message-id', 'mime-version', 'auto-submitted']));
    expect(letter.raw.slice(0, letter.raw.indexOf('\r\n\r\n'))).toMatch(/^[\x20-\x7e\r\n]+$/);
    await until(id, ({ state }) => state === 'sent');
  });

  it('keeps to one recipient and one subject, whatever a name holds (item 56)', async () => {
    const { to } = await owe({ subject: 'Join Evil\r\nBcc: all@example.com\r\n\r\nbody' });
    const letter = await mailbox.next(to);
    expect(letter.to).toEqual([to]);
    expect(letter.subject).toBe('Join Evil Bcc: all@example.com body');
    expect(letter.parsed.bcc).toBeUndefined();
    await expect(owe({ to: 'ada@example.com\r\nBcc: all@example.com' })).rejects.toMatchObject({ code: 'recipient_invalid' });
  });

  it('is not owed when the transaction is rolled back (item 10)', async () => {
    const before = await owner.query(`SELECT (SELECT count(*) FROM mails) AS mails, (SELECT count(*) FROM jobs) AS jobs`);
    const work = database.inWorkspace(workspaceId, async (tx) => {
      await worker.get(MailOutbox).add(tx, { workspaceId, to: 'nobody@example.com', subject: 'Never', paragraphs: [] });
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    const after = await owner.query(`SELECT (SELECT count(*) FROM mails) AS mails, (SELECT count(*) FROM jobs) AS jobs`);
    expect(after.rows).toEqual(before.rows);
  });

  it('is sent with at most three others at once', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let waiting = 0;
    let most = 0;
    beforeConfirmation = async () => {
      most = Math.max(most, (waiting += 1));
      await gate;
      waiting -= 1;
    };
    const letters = await Promise.all(Array.from({ length: 7 }, () => owe()));
    for (const deadline = Date.now() + 10_000; waiting < 4 && Date.now() < deadline;) await sleep(20);
    await sleep(300);
    expect(waiting).toBe(4);
    open();
    for (const { id } of letters) await until(id, ({ state }) => state === 'sent');
    expect(most).toBe(4);
  });
});

describe('a secret in a letter', () => {
  it('is in the clear in no row and no log, before, while and after it is sent (item 56)', async () => {
    const hex = Buffer.from(TOKEN).toString('hex');
    const looks: string[] = [];
    beforeConfirmation = async () => void looks.push(await everythingInTheDatabase());
    const { id, to } = await owe();
    await mailbox.next(to);
    const row = await until(id, ({ state }) => state === 'sent');
    looks.push(await everythingInTheDatabase());
    expect(looks).toHaveLength(2);
    expect(looks[0]).toContain(id);
    for (const text of [...looks, logged.join('')]) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(hex);
    }
    expect(logged.join('')).toContain('Job done');
    expect(row).toMatchObject({ content_sealed: null, sent_at: expect.any(Date), failure: null });
  });

  it('is sealed for its row: moved to another it opens no more (item 47)', async () => {
    mailbox.refuse({ at: 'MAIL FROM', code: 451 });
    const [one, other] = [await owe(), await owe()];
    await until(one.id, ({ tries }) => tries > 0);
    await until(other.id, ({ tries }) => tries > 0);
    await owner.query(`UPDATE mails SET content_sealed = (SELECT content_sealed FROM mails WHERE id = $2) WHERE id = $1`, [
      one.id,
      other.id,
    ]);
    mailbox.refuse(null);
    await untilRetried(one.id);
    await until(one.id, ({ tries }) => tries > 1);
    expect(mailbox.letters.filter(({ to }) => to.includes(one.to))).toEqual([]);
  });
});

describe('a mail server', () => {
  it.each(['MAIL FROM', 'RCPT TO', 'DATA'] as const)('that says "later" at %s gets the letter once, later', async (at) => {
    mailbox.refuse({ at, code: 451, times: 1 });
    const { id, to } = await owe();
    expect(await untilRetried(id)).toMatchObject({ state: 'waiting', job: 'waiting', content_sealed: expect.any(Buffer) });
    const letter = await mailbox.next(to);
    expect(letter.messageId).toBe(`<${id}@example.org>`);
    expect(await until(id, ({ state }) => state === 'sent')).toMatchObject({ content_sealed: null, tries: 1 });
    expect(mailbox.letters.filter((one) => one.to.includes(to))).toHaveLength(1);
  });

  it.each(['RCPT TO', 'DATA'] as const)('that says "never" at %s is asked once, and quoted nowhere (item 56)', async (at) => {
    const from = logged.length;
    mailbox.refuse({ at, code: 550, text: `5.7.1 spam: ${URL_WITH_TOKEN}` });
    const { id } = await owe();
    const row = await until(id, ({ state }) => state === 'failed');
    expect(row).toMatchObject({ job: 'failed', tries: 1, content_sealed: null, sent_at: null });
    expect(row.failure).toBe(`The mail server refused the letter (${at}: 550 5.7.1). Check the recipient's address.`);
    const lines = logged.slice(from).join('');
    expect(lines).toContain('A letter was not sent and will not be');
    expect(lines).toContain(id);
    for (const text of [lines, await everythingInTheDatabase()]) expect(text).not.toContain(TOKEN);
  });

  it('that is away gets the letter when it is back', async () => {
    const port = Number(new URL(mailbox.url).port);
    await mailbox.stop();
    const { id, to } = await owe();
    const row = await until(id, ({ tries }) => tries > 0);
    expect(row).toMatchObject({ state: 'waiting', content_sealed: expect.any(Buffer) });
    mailbox = await startMailbox({ port, beforeConfirmation: (letter) => beforeConfirmation(letter) });
    await untilRetried(id);
    await mailbox.next(to);
    await until(id, ({ state }) => state === 'sent');
  });

  it('gets the letter again, as the same, from the worker that follows on one killed before its commit', async () => {
    const seen: ReceivedLetter[] = [];
    const { id, to } = await new Promise<{ id: string; to: string }>((resolve, reject) => {
      beforeConfirmation = async (letter) => {
        seen.push(letter);
        // What the reconciler does about a worker that is gone: the one that sends now may write nothing any more.
        if (seen.length === 1)
          await owner.query(
            `UPDATE jobs SET state = 'waiting', epoch = epoch + 1, crashes = crashes + 1, lease_until = NULL, rung_at = NULL, due_at = now()
             WHERE state = 'running' AND name = 'mail.send'`,
          );
      };
      owe().then(resolve, reject);
    });
    await until(id, ({ state }) => state === 'sent');
    expect(seen.map((letter) => [letter.to, letter.messageId, letter.parsed.date])).toEqual([
      [[to], `<${id}@example.org>`, seen[0]?.parsed.date],
      [[to], `<${id}@example.org>`, seen[0]?.parsed.date],
    ]);
    expect((await rowOf(id)).content_sealed).toBeNull();
  });

  it('is not given the letter when nobody vouches for its certificate (item 50)', async () => {
    const impostor = await startMailbox({ tls: true });
    const post = new SmtpPost('steno@example.org', smtpOptions({ url: new URL(impostor.url), allowPlaintext: true }));
    const sending = post.send(aLetter(), AbortSignal.timeout(10_000)).finally(() => impostor.stop());
    const detail = expect.stringMatching(/certificate/);
    await expect(sending).rejects.toMatchObject({ code: 'mail_server_unavailable', message: detail });
    expect(impostor.letters).toEqual([]);
  });

  it('elsewhere is not given the letter without TLS', async () => {
    const options = smtpOptions({ url: new URL('smtp://steno:hunter2@mail.example.org'), allowPlaintext: false });
    const here = { ...options, host: '127.0.0.1', port: Number(new URL(mailbox.url).port) };
    const before = mailbox.letters.length;
    const sending = new SmtpPost('steno@example.org', here).send(aLetter(), AbortSignal.timeout(10_000));
    await expect(sending).rejects.toMatchObject({
      code: 'mail_server_unavailable',
      message: expect.stringContaining('(STARTTLS: '),
    });
    expect(mailbox.letters).toHaveLength(before);
  });

  it('that never answers is left when the time is up', async () => {
    beforeConfirmation = () => sleep(3_000);
    const post = new SmtpPost('steno@example.org', smtpOptions({ url: new URL(mailbox.url), allowPlaintext: false }));
    const started = performance.now();
    await expect(post.send(aLetter(), AbortSignal.timeout(200))).rejects.toMatchObject({ code: 'mail_server_unavailable' });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('letters of another workspace', () => {
  it('are not there (item 40)', async () => {
    const { id } = await owe();
    await until(id, ({ state }) => state === 'sent');
    const { id: other } = await makeWorkspace(database);
    await database.inWorkspace(other, async (tx) => {
      expect(await tx.query('SELECT id FROM mails')).toEqual([]);
      expect(await tx.execute(`UPDATE mails SET failure = 'x' WHERE id = $1`, [id])).toBe(0);
      expect(await tx.execute('DELETE FROM mails WHERE id = $1', [id])).toBe(0);
    });
    const forged = database.inWorkspace(other, (tx) =>
      worker.get(MailOutbox).add(tx, { workspaceId, to: 'ada@example.com', subject: 'Forged', paragraphs: [] }),
    );
    await expect(forged).rejects.toThrow('row-level security');
  });
});

function aLetter() {
  const id = '01a1fe47-c133-75f1-81eb-cbf43e7b8a82';
  return { id, to: 'ada@example.com', subject: 'Hello', text: 'Hello', html: '<p>Hello</p>', writtenAt: new Date() };
}
