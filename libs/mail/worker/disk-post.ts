import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Letter } from '../letter.js';
import { messageOf, Post } from './post.js';

/** Puts letters as .eml files into a folder, for installations without a mail server. A letter sent again replaces itself. */
export class DiskPost extends Post {
  private readonly composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

  constructor(
    private readonly from: string,
    private readonly directory: string,
  ) {
    super();
  }

  async send(letter: Letter): Promise<void> {
    const { message } = await this.composer.sendMail(messageOf(letter, this.from));
    if (!Buffer.isBuffer(message)) throw new Error('The composer was told to give a buffer.');
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writeWhole(join(this.directory, `${letter.id}.eml`), message);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Whoever reads finds all of the file or none of it, also after a power cut. */
async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
