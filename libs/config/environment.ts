import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { ObservabilityEnvironment } from './observability-environment.js';
import { PLAN_JOBS_SETTING } from './plan-jobs-setting.js';
import { QUOTA_PLANS_SETTING } from './quota-plans-setting.js';
import { Variable } from './variable.js';

/**
 * Every variable Steno reads, with its rule. The one class behind the validation at start, `.env.example` and
 * docs/env-variables.md. Field initialisers are the defaults; a field without one is optional or derived in `config.ts`.
 */
export class Environment extends ObservabilityEnvironment {
  @Variable('text', {
    group: 'Worker',
    readBy: 'worker',
    default: '127.0.0.1',
    description: 'Address of the worker’s health server. Containers set 0.0.0.0.',
  })
  @IsString()
  WORKER_HOST = '127.0.0.1';

  @Variable('integer', {
    group: 'Worker',
    readBy: 'worker',
    default: '3001',
    description: 'Port of the worker’s health server; 0 picks a free one.',
  })
  @IsInt()
  @Min(0)
  @Max(65535)
  WORKER_PORT = 3001;

  @Variable('list', {
    group: 'Worker',
    readBy: 'worker',
    description: 'Jobs this worker takes, comma-separated (transcription.prepare, …). Not set: all.',
  })
  @IsOptional()
  @IsString({ each: true })
  WORKER_JOBS?: string[];

  @Variable('integer', {
    group: 'Worker',
    readBy: 'worker',
    default: 'the cores of the machine',
    description: 'Recordings decoded at once by one worker.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(64)
  MEDIA_CONCURRENCY?: number;

  @Variable('integer', {
    group: 'Worker',
    readBy: 'worker',
    default: '8',
    description:
      'Chunks sent to speech providers at once by one worker. The local engine takes no more than the cores of the machine.',
  })
  @IsInt()
  @Min(1)
  @Max(256)
  SPEECH_CONCURRENCY = 8;

  @Variable('list', {
    group: 'Queue',
    readBy: 'both',
    default: 'free=16,pro=64,enterprise=256,custom=256',
    description: 'Jobs of one kind that a workspace may have under way at once, by its plan, comma-separated.',
  })
  @IsOptional()
  @Matches(PLAN_JOBS_SETTING, { each: true, message: 'PLAN_JOBS must be a list of plan=jobs, such as free=4,pro=64' })
  PLAN_JOBS?: string[];

  @Variable('list', {
    group: 'Quotas',
    readBy: 'both',
    default: 'free.storage=1000,free.processing=60,free.transcription=30,free.calls=1000,free.tokens=50000',
    description:
      'What workspaces may use in a month by their plan, as plan.resource=amount, comma-separated: storage (MB held at any time), processing and transcription (minutes of sound), calls, tokens. plan.resource=off lifts one, off lifts all.',
  })
  @IsOptional()
  @Matches(QUOTA_PLANS_SETTING, {
    each: true,
    message: 'QUOTA_PLANS must be a list of plan.resource=amount, plan.resource=off or off, such as free.transcription=120',
  })
  QUOTA_PLANS?: string[];
}
