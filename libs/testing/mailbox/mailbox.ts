import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';

/** A letter as it arrived. */
export interface ReceivedLetter {
  /** Of the envelope. */
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  /** With its angle brackets. */
  messageId: string;
  /** The first address of the web in the text. */
  link: string | null;
  /** Everything else, parsed. */
  parsed: Email;
  raw: string;
}

/** How the mailbox refuses. */
export interface Refusal {
  at: 'MAIL FROM' | 'RCPT TO' | 'DATA';
  /** 400 to 599. */
  code: number;
  text?: string;
  /** Letters refused before it takes them again. Default: all. */
  times?: number;
}

/** An SMTP server that keeps every letter. */
export interface Mailbox {
  /** For SMTP_URL. */
  url: string;
  /** In the order they came. */
  letters: ReceivedLetter[];
  /** The next letter to an address that was not yet handed out; waits for it. */
  next(to: string, timeoutMs?: number): Promise<ReceivedLetter>;
  /** From now on it refuses; null ends that. */
  refuse(refusal: Refusal | null): void;
  stop(): Promise<void>;
}

interface MailboxOptions {
  /** Speaks TLS from the start, with a certificate nobody vouches for. */
  tls?: boolean;
  /** 0: the system picks one. */
  port?: number;
  /** Called with each letter before the server confirms that it has it; the confirmation waits for it. */
  beforeConfirmation?: (letter: ReceivedLetter) => Promise<void>;
}

const LOOK_MS = 20;

class TestMailbox implements Mailbox {
  readonly letters: ReceivedLetter[] = [];
  private readonly handedOut = new Set<ReceivedLetter>();
  private readonly server: SMTPServer;
  private refusal: Refusal | null = null;
  private refused = 0;

  constructor(private readonly options: MailboxOptions) {
    this.server = new SMTPServer({
      logger: false,
      secure: options.tls ?? false,
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      disableReverseLookup: true,
      closeTimeout: 100,
      onMailFrom: (_address, _session, callback) => callback(this.refusalAt('MAIL FROM')),
      onRcptTo: (_address, _session, callback) => callback(this.refusalAt('RCPT TO')),
      onData: (stream, { envelope }, callback) => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        this.take(stream, from, to).then(
          (failure) => callback(failure),
          (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
        );
      },
    });
    // Clients that are killed or hang up are part of the tests.
    this.server.on('error', () => undefined);
  }

  get url(): string {
    const { port } = this.server.server.address() as AddressInfo;
    return `${this.options.tls === true ? 'smtps' : 'smtp'}://127.0.0.1:${port}`;
  }

  async start(): Promise<this> {
    await once(this.server.listen(this.options.port ?? 0, '127.0.0.1'), 'listening');
    // A test that failed before it could stop the mailbox must not keep the run from ending.
    this.server.server.unref();
    return this;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  async next(to: string, timeoutMs = 10_000): Promise<ReceivedLetter> {
    for (const deadline = Date.now() + timeoutMs; ; await sleep(LOOK_MS)) {
      const letter = this.letters.find((one) => one.to.includes(to) && !this.handedOut.has(one));
      if (letter !== undefined) {
        this.handedOut.add(letter);
        return letter;
      }
      if (Date.now() > deadline) throw new Error(`No letter to ${to} came within ${timeoutMs} ms.`);
    }
  }

  refuse(refusal: Refusal | null): void {
    this.refusal = refusal;
    this.refused = 0;
  }

  private async take(stream: SMTPServerDataStream, from: string, to: string[]): Promise<Error | null> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    const failure = this.refusalAt('DATA');
    if (failure !== null) return failure;
    const letter = await receivedLetter(from, to, Buffer.concat(chunks));
    this.letters.push(letter);
    await this.options.beforeConfirmation?.(letter);
    return null;
  }

  private refusalAt(step: Refusal['at']): Error | null {
    if (this.refusal === null || this.refusal.at !== step) return null;
    if (this.refused >= (this.refusal.times ?? Infinity)) return null;
    this.refused += 1;
    const { code, text = 'not today' } = this.refusal;
    return Object.assign(new Error(text), { responseCode: code });
  }
}

async function receivedLetter(from: string, to: string[], bytes: Buffer): Promise<ReceivedLetter> {
  const parsed = await PostalMime.parse(bytes);
  const { subject = '', text = '', html = '', messageId = '' } = parsed;
  const link = /https?:\/\/\S+/.exec(text)?.[0] ?? null;
  return { from, to, subject, text, html, messageId, link, parsed, raw: bytes.toString('latin1') };
}

/** Starts a mailbox on 127.0.0.1, on a port the system picks. Stop it in the end. */
export async function startMailbox(options: MailboxOptions = {}): Promise<Mailbox> {
  return new TestMailbox(options).start();
}
