import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TranscriptionOrder } from './client.ts';
import { type Format, FORMATS } from './outputs.ts';

/** How transcripts are wished for, by options that several commands share. */
export interface WishOptions {
  format: Format;
  language?: string;
  provider?: string;
  model?: string;
  policy?: 'cheapest' | 'fastest' | 'best' | 'private';
  prompt?: string;
  diarize?: boolean;
  translate?: boolean;
  reuse: boolean;
  parallel: number;
}

export type Wish = Omit<TranscriptionOrder, 'audioId'>;

export function withWish(command: Command): Command {
  return command
    .addOption(new Option('-f, --format <format>', 'of the transcript').choices(FORMATS).default('text'))
    .option('-l, --language <code>', 'spoken language, such as en; found out when left out')
    .option('--provider <name>', 'who transcribes')
    .option('--model <name>', "one of the provider's models")
    .addOption(
      new Option('--policy <policy>', 'by what the engine is chosen').choices(['cheapest', 'fastest', 'best', 'private']),
    )
    .option('--prompt <text>', 'names and words to expect')
    .option('--diarize', 'tell speakers apart')
    .option('--translate', 'into English')
    .option('--no-reuse', 'transcribe anew what was transcribed before')
    .option('--parallel <count>', 'recordings side by side', atLeastOne, 3);
}

export function toWish({ language, provider, model, policy, prompt, diarize, translate, reuse }: WishOptions): Wish {
  return {
    ...(language === undefined ? {} : { language }),
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(policy === undefined ? {} : { policy }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(diarize === true ? { diarize } : {}),
    ...(translate === true ? { task: 'translate' as const } : {}),
    ...(reuse ? {} : { reuse }),
  };
}

/** A whole number above 0. */
export function atLeastOne(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('A whole number above 0 is wanted.');
  return number;
}

/** Seconds, above 0. */
export function seconds(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('Seconds above 0 are wanted.');
  return number;
}
