#!/usr/bin/env node
import { listenForInterruption } from './interruption.ts';
import { run } from './program.ts';

const { stdin, stdout, stderr, env } = process;
const signal = listenForInterruption();
process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, env, cwd: process.cwd(), signal });
