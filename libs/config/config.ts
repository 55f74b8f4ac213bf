import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Environment } from './environment.js';
import { type FederationConfig, federationOf, federationProblems } from './federation-config.js';
import { type LanguageConfig, languageOf } from './language-config.js';
import { type MailConfig, mailOf, mailProblems } from './mail-config.js';
import { type ObservabilityConfig, observabilityOf } from './observability-config.js';
import { type PlanJobs, readPlanJobs } from './plan-jobs-setting.js';
import { type QuotaPlans, readQuotaPlans } from './quota-plans-setting.js';
import { type RateLimitSetting, readRateLimitSetting } from './rate-limit-setting.js';
import { describedVariables } from './variable.js';
import {
  joinNumberedKeys,
  type KeyCalls,
  type KeyCapacity,
  keysIn,
  readKeyCalls,
  readKeyCapacities,
  type VendorId,
  vendorKeysOf,
} from './vendor-keys.js';

/** Texts that stand in examples and templates; as a secret in production they are refused. */
const PLACEHOLDER = /change-?me|replace|example|placeholder|secret-here|^(.)\1+$|password|xxxx/i;

/** OWASP ASVS 5.0, appendix C. */
const LEAST_PASSWORD_COST = 10;

/** Where files are served; a port of another service (mail, SSH, a database) is none of them. */
const OUTGOING_PORTS = [80, 443, 8080, 8443];

/** Thrown at start when the environment is wrong; the message names every wrong variable at once. */
export class ConfigError extends Error {
  readonly problems: string[];

  /** @param problems one sentence for each wrong variable */
  constructor(problems: string[]) {
    super(
      `The configuration is wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\nSee docs/env-variables.md for every variable.`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** The configuration as the code reads it: shaped, complete, frozen. The one thing rooms may ask for settings. */
export class Config {
  readonly production: boolean;
  readonly home: string;
  readonly http: {
    host: string;
    port: number;
    publicUrl: string;
    readyNeedsWorker: boolean;
    trustedProxies?: string[];
    corsOrigins: string[];
    docs: boolean;
    /** What the pages of the documentation are only shown for. */
    docsToken?: string;
    /** How long it serves after it was asked to end. */
    shutdownDelayMs: number;
  };
  readonly database: { url: string; ownerUrl: string; poolSize: number; statementTimeoutMs: number; slowStatementMs: number };
  readonly queue: { redisUrl?: string; prefix: string };
  readonly storage:
    | { driver: 'disk'; directory: string }
    | {
        driver: 's3';
        bucket: string;
        region: string;
        endpoint?: string;
        publicEndpoint?: string;
        credentials?: { accessKeyId: string; secretAccessKey: string };
        forcePathStyle: boolean;
      };
  readonly identity: {
    secret: string;
    accessTokenSeconds: number;
    sessionDays: number;
    passwordCost: number;
    emailVerification: 'required' | 'optional';
    /** Where letters lead to. */
    appUrl: string;
    workspaceGraceDays: number;
  };
  readonly federation: FederationConfig;
  readonly mail: MailConfig;
  readonly vault: { masterKey: string; previousMasterKeys: string[] };
  /** Applied in order to the limits of the rate-limits room. */
  readonly rateLimits: RateLimitSetting[];
  readonly recordings: { maxBytes: number; maxSeconds: number; heldBytes: number; workDirectory: string };
  /** Where addresses that users give may lead to. */
  readonly outgoing: { allowedHosts: string[]; ports: number[] };
  readonly ffmpeg: { path: string; sandbox: 'auto' | 'required' | 'off' };
  readonly speech: {
    provider?: string;
    model?: string;
    /** By what engines are chosen where nobody says otherwise; one of the two at most. */
    policy?: 'cheapest' | 'fastest' | 'best' | 'private';
    order?: string[];
    modelsFile?: string;
    timeoutSeconds: number;
    redoPercent: number;
    /** Whether a second engine is asked when the first is late. */
    hedge: boolean;
    openai: { apiKey?: string; baseUrl: string; models?: string[] };
    groq: { apiKey?: string; baseUrl: string };
    gemini: { apiKey?: string; baseUrl: string };
    elevenlabs: { apiKey?: string; baseUrl: string };
    openrouter: { apiKey?: string; baseUrl: string };
    huggingface: { apiKey?: string; baseUrl: string; hubUrl: string };
    local: { whisperModelPath?: string; modelDirectory: string; pocketsphinxPath: string; pocketsphinxModelPath: string };
  };
  /** The installation's keys, in the order they were given. */
  readonly vendorKeys: Readonly<Record<VendorId, readonly string[]>>;
  /** How much one key may be used in a day. */
  readonly keyCapacities: Readonly<Partial<Record<VendorId, KeyCapacity>>>;
  /** How many calls at once a process makes with one key, by vendor. */
  readonly callBounds: Readonly<Partial<Record<string, KeyCalls>>>;
  readonly language: LanguageConfig;
  readonly worker: { host: string; port: number; jobs?: string[]; mediaConcurrency: number; speechConcurrency: number };
  /** Jobs of one kind that a workspace may have under way at once. */
  readonly planJobs: PlanJobs;
  readonly quotaPlans: QuotaPlans;
  readonly observability: ObservabilityConfig;
  readonly logLevel: Environment['LOG_LEVEL'];

  /** @param env a validated environment; use `loadConfig` to get one */
  constructor(env: Environment) {
    this.production = env.NODE_ENV === 'production';
    this.home = resolve(env.STENO_HOME);
    this.http = {
      host: env.HOST,
      port: env.PORT,
      publicUrl: (env.PUBLIC_URL ?? `http://127.0.0.1:${env.PORT}`).replace(/\/+$/, ''),
      readyNeedsWorker: env.READY_NEEDS_WORKER ?? !this.production,
      trustedProxies: env.TRUSTED_PROXIES,
      corsOrigins: env.CORS_ORIGINS ?? [],
      docs: env.DOCS_ENABLED,
      docsToken: env.DOCS_TOKEN,
      shutdownDelayMs: env.SHUTDOWN_DELAY_SECONDS * 1_000,
    };
    this.database = {
      url: env.DATABASE_URL,
      ownerUrl: env.DATABASE_OWNER_URL ?? env.DATABASE_URL,
      poolSize: env.DATABASE_POOL_SIZE,
      statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
      slowStatementMs: env.DATABASE_SLOW_STATEMENT_MS,
    };
    this.queue = { redisUrl: env.REDIS_URL, prefix: env.QUEUE_PREFIX };
    this.storage =
      env.S3_BUCKET === undefined ? { driver: 'disk', directory: join(this.home, 'objects') } : s3Of(env, env.S3_BUCKET);
    this.identity = {
      secret: env.AUTH_SECRET,
      accessTokenSeconds: env.ACCESS_TOKEN_SECONDS,
      sessionDays: env.SESSION_DAYS,
      passwordCost: env.PASSWORD_COST,
      emailVerification: env.EMAIL_VERIFICATION ?? (this.production || env.SMTP_URL !== undefined ? 'required' : 'optional'),
      appUrl: env.APP_URL?.replace(/\/+$/, '') ?? this.http.publicUrl,
      workspaceGraceDays: env.WORKSPACE_GRACE_DAYS,
    };
    this.federation = federationOf(env);
    this.mail = mailOf(env, this.home);
    this.vault = { masterKey: env.MASTER_KEY, previousMasterKeys: env.MASTER_KEYS_PREVIOUS ?? [] };
    this.rateLimits = (env.RATE_LIMITS ?? []).map(readRateLimitSetting);
    this.recordings = {
      maxBytes: env.MAX_UPLOAD_MB * 1_000_000,
      maxSeconds: env.MAX_RECORDING_SECONDS,
      heldBytes: env.OPENAI_MEMORY_MB * 1_000_000,
      workDirectory: resolve(env.WORK_DIRECTORY ?? join(this.home, 'tmp')),
    };
    this.outgoing = {
      allowedHosts: env.OUTGOING_ALLOWED_HOSTS ?? [],
      ports: env.OUTGOING_PORTS?.map(Number) ?? OUTGOING_PORTS,
    };
    this.ffmpeg = { path: env.FFMPEG_PATH, sandbox: env.FFMPEG_SANDBOX };
    this.speech = {
      provider: env.SPEECH_PROVIDER,
      model: env.SPEECH_MODEL,
      policy: env.SPEECH_POLICY,
      order: env.SPEECH_ORDER,
      modelsFile: env.SPEECH_MODELS_FILE,
      timeoutSeconds: env.SPEECH_TIMEOUT_SECONDS,
      redoPercent: env.SPEECH_REDO_PERCENT,
      hedge: env.SPEECH_HEDGE,
      openai: { apiKey: keysIn(env.OPENAI_API_KEY)[0], baseUrl: env.OPENAI_BASE_URL, models: env.OPENAI_MODELS },
      groq: { apiKey: keysIn(env.GROQ_API_KEY)[0], baseUrl: env.GROQ_BASE_URL },
      gemini: { apiKey: keysIn(env.GEMINI_API_KEY)[0], baseUrl: env.GEMINI_BASE_URL },
      elevenlabs: { apiKey: keysIn(env.ELEVENLABS_API_KEY)[0], baseUrl: env.ELEVENLABS_BASE_URL },
      openrouter: { apiKey: keysIn(env.OPENROUTER_API_KEY)[0], baseUrl: env.OPENROUTER_BASE_URL },
      huggingface: {
        apiKey: keysIn(env.HUGGINGFACE_API_KEY)[0],
        baseUrl: env.HUGGINGFACE_BASE_URL,
        hubUrl: env.HUGGINGFACE_HUB_URL,
      },
      local: {
        whisperModelPath: env.WHISPER_MODEL_PATH,
        modelDirectory: join(this.home, 'models'),
        pocketsphinxPath: env.POCKETSPHINX_PATH,
        pocketsphinxModelPath: env.POCKETSPHINX_MODEL_PATH,
      },
    };
    this.vendorKeys = vendorKeysOf(env);
    this.keyCapacities = readKeyCapacities(env.PROVIDER_DAILY_CAPACITY ?? []);
    this.callBounds = readKeyCalls(env.PROVIDER_CALLS_AT_ONCE ?? []);
    this.language = languageOf(env);
    this.worker = {
      host: env.WORKER_HOST,
      port: env.WORKER_PORT,
      jobs: env.WORKER_JOBS,
      mediaConcurrency: env.MEDIA_CONCURRENCY ?? cpus().length,
      speechConcurrency: env.SPEECH_CONCURRENCY,
    };
    this.planJobs = readPlanJobs(env.PLAN_JOBS ?? []);
    this.quotaPlans = readQuotaPlans(env.QUOTA_PLANS ?? []);
    this.observability = observabilityOf(env, this.production);
    this.logLevel = env.LOG_LEVEL;
    Object.freeze(this);
  }
}

function s3Of(env: Environment, bucket: string): Extract<Config['storage'], { driver: 's3' }> {
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  return {
    driver: 's3',
    bucket,
    region: env.S3_REGION,
    endpoint: env.S3_ENDPOINT,
    publicEndpoint: env.S3_PUBLIC_ENDPOINT ?? env.S3_ENDPOINT,
    credentials: accessKeyId !== undefined && secretAccessKey !== undefined ? { accessKeyId, secretAccessKey } : undefined,
    forcePathStyle: env.S3_FORCE_PATH_STYLE ?? env.S3_ENDPOINT !== undefined,
  };
}

/** Rules that no single variable can say: what production refuses, and values that only make sense together. */
function crossChecks(env: Environment): string[] {
  const problems = [...federationProblems(env), ...mailProblems(env)];
  if ((env.S3_ACCESS_KEY_ID === undefined) !== (env.S3_SECRET_ACCESS_KEY === undefined)) {
    problems.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: set both or neither.');
  }
  const ways = (['SPEECH_PROVIDER', 'SPEECH_MODEL', 'SPEECH_POLICY', 'SPEECH_ORDER'] as const).filter(
    (way) => env[way] !== undefined,
  );
  if (ways.length > 1 && ways.join() !== 'SPEECH_PROVIDER,SPEECH_MODEL') {
    problems.push(
      `${ways.join(' and ')} choose the engine in two ways: set SPEECH_PROVIDER and SPEECH_MODEL, SPEECH_POLICY, or SPEECH_ORDER.`,
    );
  }
  if (env.NODE_ENV !== 'production') return problems;
  if (env.CORS_ORIGINS?.includes('*') === true) {
    problems.push('CORS_ORIGINS is *. Production names the origins whose pages may call the API.');
  }
  for (const [name, { secret }] of describedVariables()) {
    const value = env[name as keyof Environment];
    if (secret === true && typeof value === 'string' && isPlaceholder(name, value)) {
      problems.push(`${name} still holds a placeholder. Production needs a secret of its own.`);
    }
  }
  if (env.PASSWORD_COST < LEAST_PASSWORD_COST) {
    problems.push(
      `PASSWORD_COST is ${env.PASSWORD_COST}. Production needs ${LEAST_PASSWORD_COST} or more: cheaper hashes are guessed too fast.`,
    );
  }
  if (env.S3_BUCKET === undefined && !env.ALLOW_EMBEDDED) {
    problems.push('S3_BUCKET is not set. Production keeps recordings in S3; set ALLOW_EMBEDDED=true to keep them on local disk.');
  }
  return problems;
}

/** Connection URLs may well contain such words in names; only their password counts. */
function isPlaceholder(name: string, value: string): boolean {
  if (!name.endsWith('_URL')) return PLACEHOLDER.test(value);
  const password = URL.canParse(value) ? new URL(value).password : '';
  return password !== '' && PLACEHOLDER.test(password);
}

/**
 * Reads and checks the environment.
 * @param source variables by name, by default the process's
 * @returns the shaped configuration
 * @throws ConfigError naming every wrong variable at once
 */
export function loadConfig(source: Readonly<Record<string, string | undefined>> = process.env): Config {
  const names = new Set(describedVariables().keys());
  const given = { ...source, ...joinNumberedKeys(source, names) };
  const known = Object.fromEntries(
    [...names].flatMap((name) => (given[name] === undefined || given[name].trim() === '' ? [] : [[name, given[name]]])),
  );
  const env = plainToInstance(Environment, known, { exposeDefaultValues: true });
  const problems = validateSync(env, { forbidUnknownValues: true }).map((violation) => {
    const missing = known[violation.property] === undefined ? ' (it is not set)' : '';
    return `${Object.values(violation.constraints ?? {}).join('; ')}${missing}.`;
  });
  const all = [...problems, ...crossChecks(env)];
  if (all.length > 0) throw new ConfigError(all);
  return new Config(env);
}
