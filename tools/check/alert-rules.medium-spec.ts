import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const FOLDER = join(import.meta.dirname, '..', '..', 'docker', 'observability');
const IS_THERE = !(process.env.STENO_TEST_MISSING ?? '').split(',').includes('promtool');
const itJudges = IS_THERE ? it : it.skip;
const REASON = IS_THERE ? '' : ' (needs promtool, of Debian’s package prometheus)';

function promtool(...args: string[]): string {
  return execFileSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' });
}

itJudges(`Prometheus takes the alert rules as they are${REASON}`, () => {
  expect(promtool('check', 'rules', 'alerts.yml')).toMatch(/SUCCESS: \d+ rules found/);
});

itJudges(`Prometheus takes the example of its configuration${REASON}`, () => {
  expect(promtool('check', 'config', '--syntax-only', 'prometheus.yml')).toContain('SUCCESS');
});
