import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { newSecret, standardSignatures } from './signing.js';

const run = promisify(execFile);
const GUIDE = readFileSync(join(import.meta.dirname, '../../docs/webhooks.md'), 'utf8');

/** The code the guide gives in a language. */
function sampleIn(language: string): string {
  const code = new RegExp(`## Verify[^]*?\`\`\`${language}\n([^]*?)\`\`\``).exec(GUIDE)?.[1];
  if (code === undefined) throw new Error(`The guide has no sample in ${language}.`);
  return code;
}

const secret = newSecret();
const body = '{"id":"a","data":{"text":"Grüße 🎙"}}';

function signed(timestamp = Math.floor(Date.now() / 1_000)): Record<string, string> {
  const signatures = standardSignatures([newSecret(), secret], { id: 'a', timestamp, body });
  return { 'webhook-id': 'a', 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures };
}

const CASES = {
  good: { secret, headers: signed(), body },
  old: { secret, headers: signed(1_000), body },
  changed: { secret, headers: signed(), body: `${body} ` },
  foreign: { secret: newSecret(), headers: signed(), body },
};
const VERDICTS = { good: true, old: false, changed: false, foreign: false };

describe('the guide', () => {
  it('shows how to verify in TypeScript', async () => {
    const ending = `
      const cases = JSON.parse(process.argv[1]);
      const verdicts = Object.entries(cases).map(([name, { secret, headers, body }]) => [name, isFromSteno(secret, headers, body)]);
      console.log(JSON.stringify(Object.fromEntries(verdicts)));`;
    const program = stripTypeScriptTypes(sampleIn('ts')) + ending;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program, JSON.stringify(CASES)]);
    expect(JSON.parse(stdout)).toEqual(VERDICTS);
  });

  it('shows how to verify in Python', async () => {
    const ending = `
import json, sys
cases = json.loads(sys.argv[1])
print(json.dumps({name: is_from_steno(c["secret"], c["headers"], c["body"].encode()) for name, c in cases.items()}))`;
    const { stdout } = await run('python3', ['-c', sampleIn('python') + ending, JSON.stringify(CASES)]);
    expect(JSON.parse(stdout)).toEqual(VERDICTS);
  });

  it('shows how to sign in a shell', async () => {
    const headers = signed();
    const given = [secret, 'a', headers['webhook-timestamp'] ?? '', body];
    const program = `SECRET=$1 ID=$2 TIMESTAMP=$3 BODY=$4\n${sampleIn('sh')}`;
    const { stdout } = await run('sh', ['-c', program, 'sh', ...given]);
    expect(headers['webhook-signature']?.split(' ')).toContain(stdout.trim());
  });
});
