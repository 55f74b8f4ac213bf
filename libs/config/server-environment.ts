import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, MinLength } from 'class-validator';
import { IsOrigins } from './origins.js';
import { RATE_LIMIT_SETTING } from './rate-limit-setting.js';
import { Variable } from './variable.js';

/** Addresses of servers, also of those on this machine or under a bare host name. */
export const HTTP_URL = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };

/** What every process stands on: the process itself, database, queue, objects, identity. */
export class ServerEnvironment {
  @Variable('text', {
    group: 'Process',
    readBy: 'both',
    default: 'development',
    description: 'development, test or production. Production refuses generated secrets and embedded parts.',
  })
  @IsIn(['development', 'test', 'production'])
  NODE_ENV: 'development' | 'test' | 'production' = 'development';

  @Variable('text', {
    group: 'Process',
    readBy: 'both',
    default: '.steno',
    description: 'Folder of everything the embedded parts keep: database, objects, secrets, logs, models.',
  })
  @IsString()
  STENO_HOME = '.steno';

  @Variable('boolean', {
    group: 'Process',
    readBy: 'both',
    default: 'false',
    description:
      'Allows production to run on embedded parts (local-disk objects, the Postgres queue is always allowed). For one-machine installations.',
  })
  @IsBoolean()
  ALLOW_EMBEDDED = false;

  @Variable('integer', {
    group: 'Process',
    readBy: 'api',
    default: '0',
    description:
      'Seconds for which the API goes on serving after it was asked to end, while /ready says no: longer than it takes the load balancer to see that. Not needed where it is told before (preStop of Kubernetes).',
  })
  @IsInt()
  @Min(0)
  @Max(10)
  SHUTDOWN_DELAY_SECONDS = 0;

  @Variable('integer', {
    group: 'Process',
    readBy: 'api',
    default: '256',
    description:
      'Memory for recordings that POST /v1/audio/transcriptions passes on without storing them, of all requests together, in MB; a request beyond it is asked to come again.',
  })
  @IsInt()
  @Min(1)
  OPENAI_MEMORY_MB = 256;

  @Variable('text', {
    group: 'Process',
    readBy: 'api',
    default: '127.0.0.1',
    description: 'Address the API listens on. Containers set 0.0.0.0.',
  })
  @IsString()
  HOST = '127.0.0.1';

  @Variable('integer', { group: 'Process', readBy: 'api', default: '3000', description: 'Port the API listens on.' })
  @IsInt()
  @Min(0)
  @Max(65535)
  PORT = 3000;

  @Variable('text', {
    group: 'Process',
    readBy: 'both',
    default: 'http://127.0.0.1:PORT',
    description: 'Address at which clients reach the API; signed links of local-disk objects start with it.',
  })
  @IsOptional()
  @IsUrl(HTTP_URL)
  PUBLIC_URL?: string;

  @Variable('boolean', {
    group: 'Process',
    readBy: 'api',
    default: 'true outside production',
    description:
      'Whether /ready of the API also wants a worker that ran a job within the last 90 s. Turn it off where workers scale to zero.',
  })
  @IsOptional()
  @IsBoolean()
  READY_NEEDS_WORKER?: boolean;

  @Variable('list', {
    group: 'Process',
    readBy: 'api',
    description:
      'Addresses or networks (10.0.0.0/8) of the proxies in front of the API, comma-separated. Only their X-Forwarded-For is believed; without them every client behind a proxy counts as one.',
  })
  @IsOptional()
  @IsString({ each: true })
  TRUSTED_PROXIES?: string[];

  @Variable('list', {
    group: 'Process',
    readBy: 'api',
    description:
      'Origins whose pages may call the API from a browser (https://app.example.com), comma-separated and exact. `*` allows all, outside production. Not set: none, CORS is off.',
  })
  @IsOptional()
  @IsOrigins()
  CORS_ORIGINS?: string[];

  @Variable('boolean', {
    group: 'Process',
    readBy: 'api',
    default: 'true',
    description: 'Whether /api/docs, /api/redoc and /api/openapi.json are there for everybody.',
  })
  @IsBoolean()
  DOCS_ENABLED = true;

  @Variable('text', {
    group: 'Process',
    readBy: 'api',
    secret: true,
    description:
      'Token without which those pages are not shown: browsers ask for it as the password of any name, programs send `Authorization: Bearer`. Not set: they are open.',
  })
  @IsOptional()
  @MinLength(16, { message: 'DOCS_TOKEN must have 16 characters or more; make one with: openssl rand -base64 24' })
  DOCS_TOKEN?: string;

  @Variable('text', {
    group: 'Database',
    readBy: 'both',
    secret: true,
    description: 'Postgres 13 or later, as postgres://user:password@host:port/name. Not set: `npm start` brings an embedded one.',
  })
  @Matches(/^postgres(ql)?:\/\/.+/, { message: 'DATABASE_URL must look like postgres://user:password@host:5432/name' })
  DATABASE_URL!: string;

  @Variable('text', {
    group: 'Database',
    readBy: 'both',
    secret: true,
    default: 'DATABASE_URL',
    description: 'Connection of the migrations, when the role of DATABASE_URL may not create tables.',
  })
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/.+/, { message: 'DATABASE_OWNER_URL must look like postgres://user:password@host:5432/name' })
  DATABASE_OWNER_URL?: string;

  @Variable('integer', {
    group: 'Database',
    readBy: 'both',
    default: '16',
    description:
      'Connections of the pool of each process. The worker wants its concurrency plus four. A queue on Postgres has its own besides: two at most in the API, seven in the worker.',
  })
  @IsInt()
  @Min(2)
  @Max(500)
  DATABASE_POOL_SIZE = 16;

  @Variable('integer', {
    group: 'Database',
    readBy: 'both',
    default: '15000',
    description: 'Milliseconds after which Postgres ends a statement.',
  })
  @IsInt()
  @Min(100)
  DATABASE_STATEMENT_TIMEOUT_MS = 15_000;

  @Variable('integer', {
    group: 'Database',
    readBy: 'both',
    default: '500',
    description:
      'Milliseconds from which a statement is logged as slow, with the route or job it was for and without its values. 0: never.',
  })
  @IsInt()
  @Min(0)
  DATABASE_SLOW_STATEMENT_MS = 500;

  @Variable('text', {
    group: 'Queue',
    readBy: 'both',
    secret: true,
    description:
      'Redis 6.2 or later with maxmemory-policy noeviction, as redis://host:6379. Not set: the queue runs on Postgres.',
  })
  @IsOptional()
  @Matches(/^rediss?:\/\/.+/, { message: 'REDIS_URL must look like redis://host:6379 (or rediss:// for TLS)' })
  REDIS_URL?: string;

  @Variable('text', {
    group: 'Queue',
    readBy: 'both',
    default: 'steno',
    description: 'Prefix of all queue keys, so that several installations can share a server.',
  })
  @Matches(/^[a-z][a-z0-9_]{0,30}$/, { message: 'QUEUE_PREFIX must be 1 to 31 of a-z, 0-9 and _, starting with a letter' })
  QUEUE_PREFIX = 'steno';

  @Variable('text', {
    group: 'Objects',
    readBy: 'both',
    description: 'Bucket for recordings. Not set: objects lie in STENO_HOME/objects on local disk.',
  })
  @IsOptional()
  @IsString()
  S3_BUCKET?: string;

  @Variable('text', { group: 'Objects', readBy: 'both', description: 'Address of an S3-compatible server. Not set: AWS.' })
  @IsOptional()
  @IsUrl(HTTP_URL)
  S3_ENDPOINT?: string;

  @Variable('text', {
    group: 'Objects',
    readBy: 'both',
    default: 'S3_ENDPOINT',
    description: 'Address at which clients reach the S3 server, when it differs from S3_ENDPOINT; used in presigned URLs.',
  })
  @IsOptional()
  @IsUrl(HTTP_URL)
  S3_PUBLIC_ENDPOINT?: string;

  @Variable('text', { group: 'Objects', readBy: 'both', default: 'us-east-1', description: 'Region of the bucket.' })
  @IsString()
  S3_REGION = 'us-east-1';

  @Variable('text', {
    group: 'Objects',
    readBy: 'both',
    secret: true,
    description: 'Access key. Not set: the usual AWS credential chain.',
  })
  @IsOptional()
  @IsString()
  S3_ACCESS_KEY_ID?: string;

  @Variable('text', { group: 'Objects', readBy: 'both', secret: true, description: 'Secret of the access key.' })
  @IsOptional()
  @IsString()
  S3_SECRET_ACCESS_KEY?: string;

  @Variable('boolean', {
    group: 'Objects',
    readBy: 'both',
    default: 'true when S3_ENDPOINT is set',
    description: 'Bucket in the path (host/bucket/key) in place of the host name.',
  })
  @IsOptional()
  @IsBoolean()
  S3_FORCE_PATH_STYLE?: boolean;

  @Variable('text', {
    group: 'Identity',
    readBy: 'both',
    secret: true,
    description:
      'Secret behind access tokens and signed links, 32 characters or more (`openssl rand -base64 48`). `npm start` generates one.',
  })
  @IsString()
  @MinLength(32, { message: 'AUTH_SECRET must have 32 characters or more; make one with: openssl rand -base64 48' })
  AUTH_SECRET!: string;

  @Variable('text', {
    group: 'Identity',
    readBy: 'both',
    secret: true,
    description:
      'Secret that seals what the database must not give away: provider keys, letters that wait (`openssl rand -base64 48`). `npm start` generates one. Lost, those are lost.',
  })
  @IsString()
  @MinLength(32, { message: 'MASTER_KEY must have 32 characters or more; make one with: openssl rand -base64 48' })
  @Matches(/^[^,]*$/, {
    message: 'MASTER_KEY must hold no comma: it stands in a list, MASTER_KEYS_PREVIOUS, once it is replaced',
  })
  MASTER_KEY!: string;

  @Variable('list', {
    group: 'Identity',
    readBy: 'both',
    secret: true,
    description: 'Earlier values of MASTER_KEY, comma-separated, while `npm run rotate-master-key` has not been run to its end.',
  })
  @IsOptional()
  @IsString({ each: true })
  MASTER_KEYS_PREVIOUS?: string[];

  @Variable('integer', { group: 'Identity', readBy: 'api', default: '900', description: 'Seconds an access token is valid.' })
  @IsInt()
  @Min(30)
  @Max(86_400)
  ACCESS_TOKEN_SECONDS = 900;

  @Variable('integer', {
    group: 'Identity',
    readBy: 'api',
    default: '30',
    description: 'Days after which a session ends whatever its use.',
  })
  @IsInt()
  @Min(1)
  @Max(365)
  SESSION_DAYS = 30;

  @Variable('integer', { group: 'Identity', readBy: 'api', default: '10', description: 'bcrypt cost of password hashes.' })
  @IsInt()
  @Min(4)
  @Max(15)
  PASSWORD_COST = 10;

  @Variable('text', {
    group: 'Identity',
    readBy: 'api',
    default: 'required in production and when SMTP_URL is set, else optional',
    description:
      'Whether an account can be signed in to before its address is verified: required or optional. Where it is required, nobody can find out which addresses have accounts.',
  })
  @IsOptional()
  @IsIn(['required', 'optional'])
  EMAIL_VERIFICATION?: 'required' | 'optional';

  @Variable('text', {
    group: 'Identity',
    readBy: 'api',
    default: 'PUBLIC_URL',
    description:
      'Address of the client app. Letters link to its /verify-email, /reset-password and /accept-invitation with ?token=; without one the API has small pages of its own for the first two.',
  })
  @IsOptional()
  @IsUrl(HTTP_URL)
  APP_URL?: string;

  @Variable('integer', {
    group: 'Identity',
    readBy: 'api',
    default: '30',
    description: 'Days a deleted workspace can be restored by its owner; then it goes with all it holds.',
  })
  @IsInt()
  @Min(1)
  @Max(365)
  WORKSPACE_GRACE_DAYS = 30;

  @Variable('list', {
    group: 'Identity',
    readBy: 'api',
    description:
      'Changes to the limits of libs/rate-limits/policies.ts, comma-separated, each name=requests/seconds or name=off: user=1000/60, anonymous=off. `off` alone turns all off, before others it leaves only those.',
  })
  @IsOptional()
  @Matches(RATE_LIMIT_SETTING, {
    each: true,
    message: 'RATE_LIMITS must be a list of name=requests/seconds (up to 2 599 999 seconds), name=off or off',
  })
  RATE_LIMITS?: string[];
}
