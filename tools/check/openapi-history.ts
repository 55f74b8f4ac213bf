import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../project.ts';
import { Refusal } from '../refusal.ts';
import { openApiText } from '../sync/openapi-text.ts';
import { openApiBreaks } from './openapi-breaks.ts';

const DOCUMENT = 'openapi/openapi.json';
const ACCEPTED = 'openapi/accepted-breaks.json';

/** A break that is meant. */
export interface AcceptedBreak {
  /** The sentence of the check; with a `*` at its end, every sentence that begins so. */
  break: string;
  reason: string;
}

/**
 * What clients of the earlier document would miss in this one: against the last commit, the one before it when nothing has changed
 * since, and the last version that was given out. Breaks that are accepted in `openapi/accepted-breaks.json` are left out.
 * @returns nothing, too, where there is no history to compare with: in an archive of the sources
 */
export async function openApiHistoryProblems(document: object): Promise<string[]> {
  const { breaks: accepted } = JSON.parse(readFileSync(join(PROJECT, ACCEPTED), 'utf8')) as { breaks: AcceptedBreak[] };
  const breaks = (await earlierDocuments(openApiText(document))).flatMap(({ name, text }) =>
    openApiBreaks(JSON.parse(text) as object, document).map((sentence) => ({ name, sentence })),
  );
  return breaks
    .filter(({ sentence }) => !isAccepted(sentence, accepted))
    .map(({ name, sentence }) => `since ${name}: ${sentence}`);
}

/** @throws Refusal when it is accepted without a reason */
export function isAccepted(sentence: string, accepted: readonly AcceptedBreak[]): boolean {
  const found = accepted.find(({ break: given }) =>
    given.endsWith('*') ? sentence.startsWith(given.slice(0, -1)) : sentence === given,
  );
  if (found?.reason.trim() === '') throw new Refusal(`${ACCEPTED} gives no reason for "${found.break}".`);
  return found !== undefined;
}

interface EarlierDocument {
  /** Of the commit. */
  name: string;
  text: string;
}

async function earlierDocuments(text: string): Promise<EarlierDocument[]> {
  const last = await documentOf('HEAD');
  const before = last?.text === text ? await documentOf('HEAD^1') : last;
  const tag = (await git('describe', '--tags', '--abbrev=0', '--match=v*'))?.trim();
  const released = tag === undefined ? undefined : await documentOf(tag);
  return [before, released].filter((found) => found !== undefined);
}

async function documentOf(commit: string): Promise<EarlierDocument | undefined> {
  const text = await git('show', `${commit}:${DOCUMENT}`);
  return text === undefined ? undefined : { name: commit, text };
}

/** What git says; nothing when it cannot: there is no history, or no such commit in it. */
async function git(...args: string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)('git', args, { cwd: PROJECT, maxBuffer: 100_000_000 })).stdout;
  } catch {
    return undefined;
  }
}
