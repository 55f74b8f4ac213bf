import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { DiskPost } from './disk-post.js';

const LETTER = {
  id: '01a1fe47-c133-75f1-81eb-cbf43e7b8a82',
  to: 'ada@example.com',
  subject: 'Grüße 🎙',
  text: 'Hello,\n\nhttps://steno.example/verify?token=abc\n',
  html: '<p>Hello,</p>',
  writtenAt: new Date('2026-11-21T13:00:00Z'),
};

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'steno-mail-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('letters as files', () => {
  it('are whole letters that nobody else on the machine may read', async () => {
    const directory = join(home, 'mail');
    await new DiskPost('Steno <no-reply@localhost>', directory).send(LETTER);
    expect(readdirSync(directory)).toEqual([`${LETTER.id}.eml`]);
    const path = join(directory, `${LETTER.id}.eml`);
    expect([statSync(directory).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(await PostalMime.parse(readFileSync(path))).toMatchObject({
      from: { name: 'Steno', address: 'no-reply@localhost' },
      to: [{ address: 'ada@example.com' }],
      subject: 'Grüße 🎙',
      messageId: `<${LETTER.id}@localhost>`,
      date: '2026-11-21T13:00:00.000Z',
    });
  });

  it('replace themselves when they are sent again', async () => {
    const post = new DiskPost('no-reply@localhost', home);
    await post.send(LETTER);
    await post.send(LETTER);
    expect(readdirSync(home)).toEqual([`${LETTER.id}.eml`]);
  });

  it('leave nothing half written', async () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    await expect(new DiskPost('no-reply@localhost', join(file, 'mail')).send(LETTER)).rejects.toThrow('ENOTDIR');
    expect(readdirSync(home)).toEqual(['file']);
  });
});
