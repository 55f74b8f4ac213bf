import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '#config';

/** Every test's configuration, unless it says otherwise: quiet, cheap hashes, ports picked by the system, no worker expected. */
const DEFAULTS = {
  NODE_ENV: 'test',
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
  AUTH_SECRET: 'the secret of the tests, which guards nothing',
  MASTER_KEY: 'the master key of the tests that seals nothing of worth',
  STENO_HOME: join(tmpdir(), `steno-test-${process.pid}`),
  PASSWORD_COST: '4',
  RATE_LIMITS: 'off',
  QUOTA_PLANS: 'off',
  READY_NEEDS_WORKER: 'false',
  LOG_LEVEL: 'silent',
  WORKER_PORT: '0',
};

/**
 * A configuration made the way the apps make theirs.
 * @param overrides environment variables by name; undefined takes a default away
 */
export function testConfig(overrides: Record<string, string | undefined> = {}): Config {
  return loadConfig({ ...DEFAULTS, ...overrides });
}
