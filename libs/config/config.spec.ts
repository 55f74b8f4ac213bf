import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from './config.js';
import { environmentDocuments } from './documents.js';
import { describedVariables } from './variable.js';

const NEEDED = {
  DATABASE_URL: 'postgres://steno:hard-to-guess@db:5432/steno',
  AUTH_SECRET: 'q8ZfX1mB7rK4tW9yN2cV5hJ6pL3sD0gA',
  MASTER_KEY: 'a master key that is long enough for the rule',
};
const PRODUCTION = {
  ...NEEDED,
  NODE_ENV: 'production',
  S3_BUCKET: 'recordings',
  SMTP_URL: 'smtps://steno:wkq1Lr7x@mail.example.org',
  MAIL_FROM: 'Steno <steno@example.org>',
};

function problemsOf(source: Record<string, string>): string[] {
  try {
    loadConfig(source);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('loadConfig', () => {
  it('needs two variables and has a default for everything else', () => {
    const config = loadConfig(NEEDED);
    expect(config).toMatchObject({
      production: false,
      http: { host: '127.0.0.1', port: 3000, publicUrl: 'http://127.0.0.1:3000', readyNeedsWorker: true },
      database: { url: NEEDED.DATABASE_URL, ownerUrl: NEEDED.DATABASE_URL, poolSize: 16 },
      queue: { redisUrl: undefined, prefix: 'steno' },
      storage: { driver: 'disk', directory: `${config.home}/objects` },
      recordings: { maxBytes: 500_000_000, maxSeconds: 43_200, workDirectory: `${config.home}/tmp` },
      logLevel: 'info',
    });
  });

  it('names every wrong variable at once, each with what it must be, and never what it holds', () => {
    const wrong = {
      NODE_ENV: 'staging',
      PORT: '99999',
      DATABASE_URL: 'mysql://root:hunter2@db/steno',
      DATABASE_POOL_SIZE: 'many',
      REDIS_URL: 'memcached://cache',
      QUEUE_PREFIX: 'No Spaces',
      AUTH_SECRET: 'hunter2',
      MASTER_KEY: 'hunter2',
      PUBLIC_URL: 'ftp://example.com',
      ALLOW_EMBEDDED: 'perhaps',
      FFMPEG_SANDBOX: 'never',
      LOG_LEVEL: 'loud',
      S3_ACCESS_KEY_ID: 'AKIA',
    };
    const problems = problemsOf(wrong);
    for (const name of Object.keys(wrong)) expect(problems.filter((problem) => problem.startsWith(name))).toHaveLength(1);
    expect(problems).toHaveLength(Object.keys(wrong).length);
    expect(problems.join()).not.toContain('hunter2');
    expect(problems).toContain('AUTH_SECRET must have 32 characters or more; make one with: openssl rand -base64 48.');
  });

  it('wants a master key that can stand in the list of earlier ones', () => {
    const masterKey = 'one half of a master key, and the other half';
    expect(problemsOf({ ...NEEDED, MASTER_KEY: masterKey })).toEqual([expect.stringMatching(/^MASTER_KEY must hold no comma/)]);
  });

  it('takes one way to choose the engine', () => {
    expect(problemsOf({ ...NEEDED, SPEECH_PROVIDER: 'groq', SPEECH_POLICY: 'best' })).toEqual([
      expect.stringMatching(/^SPEECH_PROVIDER and SPEECH_POLICY choose the engine in two ways/),
    ]);
    expect(problemsOf({ ...NEEDED, SPEECH_POLICY: 'best', SPEECH_ORDER: 'groq' })).toHaveLength(1);
    expect(problemsOf({ ...NEEDED, SPEECH_POLICY: 'slowest' })).toEqual([expect.stringMatching(/^SPEECH_POLICY must be one of/)]);
    expect(problemsOf({ ...NEEDED, SPEECH_PROVIDER: 'groq', SPEECH_MODEL: 'whisper-large-v3' })).toEqual([]);
    expect(loadConfig({ ...NEEDED, SPEECH_ORDER: 'groq, openai/whisper-1' }).speech.order).toEqual(['groq', 'openai/whisper-1']);
  });

  it('says which variables are missing, and where to read on', () => {
    expect(() => loadConfig({})).toThrow(/DATABASE_URL must look like .* \(it is not set\)\.\n.*AUTH_SECRET.*env-variables\.md/s);
  });

  it('refuses numbers with more than digits, and takes the ways to say yes and no', () => {
    expect(problemsOf({ ...NEEDED, PORT: '3000abc' })).toEqual([expect.stringContaining('PORT must be an integer')]);
    expect(problemsOf({ ...NEEDED, PORT: '30.5' })).toHaveLength(1);
    expect(loadConfig({ ...NEEDED, READY_NEEDS_WORKER: '0' }).http.readyNeedsWorker).toBe(false);
    expect(loadConfig({ ...NEEDED, READY_NEEDS_WORKER: 'TRUE' }).http.readyNeedsWorker).toBe(true);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ ...NEEDED, REDIS_URL: '', PORT: '  ' })).toMatchObject({
      http: { port: 3000 },
      queue: { redisUrl: undefined },
    });
    expect(loadConfig({ ...NEEDED, WORKER_JOBS: ' , ' }).worker.jobs).toBeUndefined();
  });

  it('reads lists', () => {
    expect(loadConfig({ ...NEEDED, WORKER_JOBS: 'storage.discard, transcription.prepare,' }).worker.jobs).toEqual([
      'storage.discard',
      'transcription.prepare',
    ]);
  });

  it('takes names, addresses and networks for hosts that addresses of users may lead to', () => {
    const hosts = 'files.internal, localhost, 10.1.2.3, 10.1.0.0/16, fd00::/8, ::1';
    expect(loadConfig({ ...NEEDED, OUTGOING_ALLOWED_HOSTS: hosts, OUTGOING_PORTS: '443, 9000' }).outgoing).toEqual({
      allowedHosts: ['files.internal', 'localhost', '10.1.2.3', '10.1.0.0/16', 'fd00::/8', '::1'],
      ports: [443, 9000],
    });
    expect(loadConfig(NEEDED).outgoing).toEqual({ allowedHosts: [], ports: [80, 443, 8080, 8443] });
    for (const wrong of [
      '10.1',
      '10.1.0.0/33',
      '*',
      'https://files.internal',
      'files.internal:80',
      'Files.internal',
      'a b',
      'fd00::/129',
    ])
      expect([wrong, problemsOf({ ...NEEDED, OUTGOING_ALLOWED_HOSTS: wrong })]).toEqual([
        wrong,
        [expect.stringMatching(/^OUTGOING_A/)],
      ]);
    expect(problemsOf({ ...NEEDED, OUTGOING_PORTS: '443,http' })).toEqual([expect.stringMatching(/^OUTGOING_PORTS/)]);
  });

  it('moves objects to S3 with a bucket, and talks to other servers than AWS with the bucket in the path', () => {
    expect(loadConfig({ ...NEEDED, S3_BUCKET: 'recordings' }).storage).toMatchObject({ driver: 's3', forcePathStyle: false });
    expect(
      loadConfig({
        ...NEEDED,
        S3_BUCKET: 'recordings',
        S3_ENDPOINT: 'http://minio:9000',
        S3_ACCESS_KEY_ID: 'a',
        S3_SECRET_ACCESS_KEY: 'b',
      }).storage,
    ).toMatchObject({ forcePathStyle: true, publicEndpoint: 'http://minio:9000', credentials: { accessKeyId: 'a' } });
  });

  it('is frozen', () => {
    expect(Object.isFrozen(loadConfig(NEEDED))).toBe(true);
  });
});

describe('production', () => {
  it('starts with secrets of its own and a bucket', () => {
    expect(loadConfig(PRODUCTION)).toMatchObject({ production: true, http: { readyNeedsWorker: false } });
  });

  it.each([
    ['AUTH_SECRET', 'change-me-change-me-change-me-change-me'],
    ['AUTH_SECRET', 'x'.repeat(40)],
    ['AUTH_SECRET', 'replace-this-with-a-long-random-text'],
    ['DATABASE_URL', 'postgres://steno:password@db/steno'],
    ['REDIS_URL', 'redis://:changeme@cache'],
    ['OPENAI_API_KEY', 'sk-xxxxxxxx'],
  ])('refuses a placeholder in %s: %s', (name, value) => {
    expect(problemsOf({ ...PRODUCTION, [name]: value })).toEqual([
      `${name} still holds a placeholder. Production needs a secret of its own.`,
    ]);
    expect(problemsOf({ ...PRODUCTION, NODE_ENV: 'development', [name]: value })).toEqual([]);
  });

  it('looks for placeholders in the password of a URL only', () => {
    expect(problemsOf({ ...PRODUCTION, DATABASE_URL: 'postgres://example:hard-to-guess@db.example.com/steno' })).toEqual([]);
  });

  it('refuses recordings on local disk unless told otherwise', () => {
    const { S3_BUCKET: _, ...embedded } = PRODUCTION;
    expect(problemsOf(embedded)).toEqual([expect.stringMatching(/^S3_BUCKET is not set\..*ALLOW_EMBEDDED=true/)]);
    expect(loadConfig({ ...embedded, ALLOW_EMBEDDED: 'true' }).storage.driver).toBe('disk');
  });

  it('refuses to keep letters unless told otherwise, and never shows them', () => {
    const { SMTP_URL: _, ...embedded } = PRODUCTION;
    expect(problemsOf(embedded)).toEqual([expect.stringMatching(/^SMTP_URL is not set\..*ALLOW_EMBEDDED=true/)]);
    expect(loadConfig({ ...embedded, ALLOW_EMBEDDED: 'true' }).mail).toMatchObject({ smtp: undefined, inbox: false });
  });

  it('refuses to send letters from localhost', () => {
    const { MAIL_FROM: _, ...nameless } = PRODUCTION;
    expect(problemsOf(nameless)).toEqual([expect.stringMatching(/^MAIL_FROM is not set\./)]);
    expect(problemsOf({ ...PRODUCTION, MAIL_FROM: 'no-reply@localhost' })).toHaveLength(1);
  });
});

describe('mail', () => {
  it('becomes files that are shown, until there is a server', () => {
    const { home, mail } = loadConfig(NEEDED);
    expect(mail).toEqual({ from: 'Steno <no-reply@localhost>', smtp: undefined, directory: `${home}/mail`, inbox: true });
    expect(loadConfig({ ...NEEDED, SMTP_URL: 'smtp://mail.example.org' }).mail).toMatchObject({
      smtp: { url: new URL('smtp://mail.example.org'), allowPlaintext: false },
      inbox: false,
    });
  });

  it.each([
    ['SMTP_URL', 'https://mail.example.org'],
    ['SMTP_URL', 'smtp://steno:hunter2/@mail.example.org'],
    ['SMTP_URL', 'smtp://mail.example.org:99999'],
    ['MAIL_FROM', 'Steno'],
    ['MAIL_FROM', 'Steno <steno@example.org>, all@example.org'],
    ['MAIL_FROM', 'Steno\r\nBcc: all@example.org <steno@example.org>'],
  ])('refuses %s=%s', (name, value) => {
    const problems = problemsOf({ ...NEEDED, [name]: value });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
    expect(problems.join()).not.toContain('hunter2');
  });
});

describe('CORS_ORIGINS', () => {
  it('is none unless it names some', () => {
    expect(loadConfig(NEEDED).http.corsOrigins).toEqual([]);
    const given = { ...PRODUCTION, CORS_ORIGINS: 'https://app.example.com, http://localhost:5173' };
    expect(loadConfig(given).http.corsOrigins).toEqual(['https://app.example.com', 'http://localhost:5173']);
  });

  it.each([
    'https://app.example.com/',
    'https://App.example.com',
    'https://app.example.com:443',
    'https://user@app.example.com',
    'app.example.com',
    'null',
    'ftp://app.example.com',
    'https://*.example.com',
  ])('refuses what no browser would send: %s', (origin) => {
    expect(problemsOf({ ...NEEDED, CORS_ORIGINS: `https://app.example.com,${origin}` })).toEqual([
      expect.stringMatching(/^CORS_ORIGINS must list origins as browsers write them/),
    ]);
  });

  it('allows all outside production only', () => {
    expect(loadConfig({ ...NEEDED, CORS_ORIGINS: '*' }).http.corsOrigins).toEqual(['*']);
    expect(problemsOf({ ...PRODUCTION, CORS_ORIGINS: '*' })).toEqual([expect.stringMatching(/^CORS_ORIGINS is \*\./)]);
  });
});

describe('environmentDocuments', () => {
  const documents = environmentDocuments();
  const names = [...describedVariables().keys()];

  it('describe every variable', () => {
    expect(names.length).toBeGreaterThan(40);
    for (const name of names) {
      expect(documents['.env.example']).toContain(`\n# ${name}=`);
      expect(documents['docs/env-variables.md']).toContain(`\n| \`${name}\` | `);
    }
  });

  it('show defaults that are the defaults', () => {
    const shown = [...describedVariables()].flatMap(([name, { default: value }]) =>
      value === undefined || !/^(\d+|[a-z]{2,9}|https:\S+)$/.test(value) || name === 'NODE_ENV' ? [] : [[name, value] as const],
    );
    const withDefaults = loadConfig({ ...NEEDED, ...Object.fromEntries(shown) });
    expect(shown.length).toBeGreaterThan(15);
    expect(withDefaults).toEqual(loadConfig(NEEDED));
  });

  it('tell which variables are secret', () => {
    const secrets = [...describedVariables()].flatMap(([name, { secret }]) => (secret === true ? [name] : []));
    expect(secrets).toEqual(expect.arrayContaining(['AUTH_SECRET', 'DATABASE_URL', 'S3_SECRET_ACCESS_KEY', 'OPENAI_API_KEY']));
    expect(names.filter((name) => /KEY|SECRET|PASSWORD|TOKEN$|DSN|HEADERS/.test(name) && name !== 'PASSWORD_COST')).toEqual(
      secrets.filter((name) => !/_URL$|_PROVIDERS$/.test(name)),
    );
  });
});
