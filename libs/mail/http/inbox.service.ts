import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import PostalMime from 'postal-mime';
import { Config } from '#config';
import { Log } from '#observability';

/** A letter that became a file. */
export interface InboxLetter {
  id: string;
  messageId: string;
  from: string;
  to: string;
  subject: string;
  /** ISO 8601. */
  date: string;
  text: string;
  html: string;
}

/** Letters shown at most. */
const SHOWN = 100;
const LETTER_FILE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.eml$/;

/** Reads the letters that workers put into STENO_HOME/mail. */
@Injectable()
export class InboxService {
  constructor(
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /** The newest letters, newest first: their ids rise with time. */
  async list(): Promise<InboxLetter[]> {
    const ids = (await this.fileNames()).flatMap((name) => LETTER_FILE.exec(name)?.[1] ?? []);
    const letters: InboxLetter[] = [];
    for (const id of ids.sort().reverse().slice(0, SHOWN)) {
      const letter = await this.find(id);
      if (letter !== null) letters.push(letter);
    }
    return letters;
  }

  /** The letter of that id; null when there is none. */
  async find(id: string): Promise<InboxLetter | null> {
    const name = `${id}.eml`;
    if (!LETTER_FILE.test(name)) return null;
    try {
      const bytes = await readFile(join(this.config.mail.directory, name));
      return await readLetter(id, bytes);
    } catch (error) {
      if (!isMissing(error)) this.log.warn('A letter of the inbox cannot be read', { mailId: id, error });
      return null;
    }
  }

  private async fileNames(): Promise<string[]> {
    try {
      return await readdir(this.config.mail.directory);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }
}

async function readLetter(id: string, bytes: Buffer): Promise<InboxLetter> {
  const { from, to = [], messageId = '', subject = '', date = '', text = '', html = '' } = await PostalMime.parse(bytes);
  const recipients = to.map(({ address = '' }) => address).join(', ');
  return { id, messageId, from: from?.address ?? '', to: recipients, subject, date, text, html };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
