/** `npm run steno -- …`: the command line of clients/cli from its sources, in the folder in which npm was called. */
if (process.env.INIT_CWD !== undefined) process.chdir(process.env.INIT_CWD);
process.channel?.unref();
await import('../../clients/cli/src/bin.ts');
