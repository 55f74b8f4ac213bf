import { Command, CommanderError, Option } from 'commander';
import { ApiError } from './client.ts';
import { login, type LoginOptions, logout } from './commands/login.ts';
import { transcribe, type TranscribeOptions } from './commands/transcribe.ts';
import { exportTranscript, get, list, STATUSES } from './commands/transcripts.ts';
import { type Period, usage } from './commands/usage.ts';
import { watch, type WatchOptions } from './commands/watch.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { FORMATS } from './outputs.ts';
import { atLeastOne, seconds, withWish } from './wish.ts';
import type { GlobalOptions, Scene, World } from './world.ts';

const EXIT_CODES = `
Exit codes: 0 done, 1 several failed in different ways, 2 the command is wrong, 3 not signed in or not allowed, 4 not found,
5 refused or failed, 6 quota or rate limit, 7 server not reachable, 8 not finished (it goes on), 130 interrupted.`;

type Action = (scene: Scene) => Promise<ExitCode | void>;

/**
 * Runs a command line.
 * @param args without the program's name
 * @returns the exit code
 */
export async function run(args: readonly string[], world: World): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = commands(world, async (action, options) => {
    code = (await action({ world, options })) ?? EXIT.ok;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    tell(world, error);
    return exitCodeOf(error);
  }
}

function commands(world: World, perform: (action: Action, options: GlobalOptions) => Promise<void>): Command {
  const program = new Command('steno');
  const act = (action: Action): Promise<void> => perform(action, program.opts<GlobalOptions>());
  program
    .description('Transcribes files, links and folders with a Steno server.')
    .option('--server <url>', 'the server, in place of STENO_URL and of the last login')
    .option('--json', 'results for programs, one JSON object a line')
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
    .configureOutput({ writeOut: (text) => world.stdout.write(text), writeErr: (text) => world.stderr.write(text) });
  const command = (name: string, description: string): Command =>
    program.command(name).description(description).copyInheritedSettings(program);

  command('login', 'keep a server and a key for it; where nobody can be asked, the key or password stands on stdin')
    .option('--email <address>', 'make a key with the password of this account')
    .option('--admin', 'with --email: a key that also sees what was used')
    .action((options: LoginOptions) => act((scene) => login(scene, options)));
  command('logout', 'forget the key').action(() => act(logout));
  withWish(command('transcribe', 'transcribe files, links and folders').argument('<source...>'))
    .option('-o, --out <path>', 'a file, or a folder for several')
    .option('--no-wait', 'order only, and print the ids')
    .option('--timeout <seconds>', 'wait no longer than this for each', seconds)
    .action((sources: string[], options: TranscribeOptions) => act((scene) => transcribe(scene, sources, options)));
  withWish(command('watch', 'transcribe what is put into a folder, each recording once').argument('<folder>'))
    .option('-o, --out <folder>', 'where transcripts go; beside the recordings when left out')
    .option('--settle <seconds>', 'how long a file must not grow before it is taken', seconds, 2)
    .option('--once', 'take what is there now, and end')
    .action((folder: string, options: WatchOptions) => act((scene) => watch(scene, folder, options)));
  command('list', 'list transcriptions, newest first')
    .addOption(new Option('--status <status>', 'only those').choices(STATUSES))
    .option('--limit <count>', 'so many at most', atLeastOne, 20)
    .action((options: Parameters<typeof list>[1]) => act((scene) => list(scene, options)));
  command('get', 'show a transcription and its text')
    .argument('<id>')
    .option('--wait', 'until it is finished')
    .action((id: string, options: Parameters<typeof get>[2]) => act((scene) => get(scene, id, options)));
  command('export', 'write a transcript in a format')
    .argument('<id>')
    .addOption(new Option('-f, --format <format>').choices(FORMATS).default('text'))
    .option('-o, --out <file>', 'in place of stdout')
    .action((id: string, options: Parameters<typeof exportTranscript>[2]) =>
      act((scene) => exportTranscript(scene, id, options)),
    );
  command('usage', 'show what was used, what it cost and what is left')
    .option('--from <day>', 'first day, such as 2026-03-01')
    .option('--to <day>', 'last day')
    .action((period: Period) => act((scene) => usage(scene, period)));
  return program;
}

function tell({ stderr }: World, error: unknown): void {
  const sentence = error instanceof Error ? error.message : String(error);
  const request = error instanceof ApiError && error.requestId !== undefined ? ` [${error.code}, ${error.requestId}]` : '';
  stderr.write(`${sentence}${request}\n`);
}
