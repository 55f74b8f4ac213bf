import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../refusal.ts';
import { type Account, ApiRefusal, Client, type Transcription } from './client.ts';
import { accuracyNote, clock, progressLine, transcriptLine } from './transcript.ts';

const POLL_MS = 400;

interface Demonstration {
  /** Where the API listens, such as http://127.0.0.1:3000. */
  origin: string;
  account: Account;
  /** File that holds the account, named when its password no longer works. */
  secretsFile: string;
  recording: string;
  signal: AbortSignal;
}

/**
 * Does with a recording what a client of the API does: account, upload, order, watch, read; and prints it all.
 * @throws Refusal with the API's own sentence when a step is refused or the transcription fails
 */
export async function demonstrate({ origin, account, secretsFile, recording, signal }: Demonstration): Promise<void> {
  const client = new Client(origin, signal);
  await enter(client, account, secretsFile);
  console.log(`\nTranscribing ${basename(recording)} …`);
  const audioId = await client.upload(recording);
  const ordered = await client.orderTranscription(audioId);
  const finished = await watch(client, ordered, signal);
  if (finished.status !== 'completed') {
    throw new Refusal(`The transcription ${finished.status}: ${finished.error?.detail ?? 'no reason given.'}`);
  }
  console.log('');
  for await (const segment of client.segments(finished.id)) console.log(transcriptLine(segment));
  const { durationSeconds, engine } = finished;
  console.log(
    `\n  ${clock(durationSeconds ?? 0)} of sound, by ${engine ? `${engine.provider} ${engine.model}` : 'an unnamed engine'}`,
  );
  const note = accuracyNote(engine);
  if (note) console.log(`\n${note}`);
}

async function enter(client: Client, account: Account, secretsFile: string): Promise<void> {
  try {
    await client.enter(account, 'Demo');
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    if (error.code === 'email_not_verified') throw notVerified(account, error);
    if (error.status !== 401) throw error;
    throw new Refusal(
      `The demo account ${account.email} does not accept its password any more. ` +
        `Write its new password into ${secretsFile}, or another e-mail address there to get a fresh account. ` +
        '(npm start -- --no-sample serves without it.)',
      { cause: error },
    );
  }
}

function notVerified({ email }: Account, cause: Error): Refusal {
  return new Refusal(
    `Accounts are verified by letter here, and nobody reads the letters to ${email}. ` +
      'Start without the sample: npm start -- --no-sample. Or set EMAIL_VERIFICATION=optional.',
    { cause },
  );
}

/** Asks until the transcription has ended, and shows each change. */
async function watch(client: Client, ordered: Transcription, signal: AbortSignal): Promise<Transcription> {
  const show = process.stdout.isTTY ? showInPlace : showEachStep();
  for (let current = ordered; ; current = await client.transcription(ordered.id)) {
    show(current);
    if (current.status !== 'pending' && current.status !== 'processing') {
      if (process.stdout.isTTY) console.log('');
      return current;
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

function showInPlace(transcription: Transcription): void {
  process.stdout.write(`\r\x1b[K${progressLine(transcription)}`);
}

/** For logs and pipes: a line only where something changed. */
function showEachStep(): (transcription: Transcription) => void {
  let last = '';
  return (transcription) => {
    const line = progressLine(transcription);
    if (line !== last) console.log(line);
    last = line;
  };
}
