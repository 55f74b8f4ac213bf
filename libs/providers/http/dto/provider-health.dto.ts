import { CIRCUIT_STATES, type CircuitState } from '#circuits';
import { ApiProperty } from '@nestjs/swagger';
import { PROVIDER_STATES, type ProviderState } from '../../provider-state.js';
import type { KeySource, ProviderHealth } from '../../providers.service.js';
import { KEY_SOURCE, PROVIDER } from './provider.dto.js';

/** How a provider does. */
class ProviderHealthDto {
  @ApiProperty(PROVIDER)
  id!: string;

  @ApiProperty({
    enum: PROVIDER_STATES,
    enumName: 'ProviderState',
    example: 'ok',
    description:
      '`degraded`: a fifth of the last calls failed, or more. `failing`: the last five failed, or the key or the account has to be mended. `unknown`: it was not called in the last hour. `unconfigured`: there is no key.',
  })
  state!: ProviderState;

  @ApiProperty(KEY_SOURCE)
  key!: KeySource;

  @ApiProperty({ example: false, description: "Whether the provider refused the workspace's own key." })
  keyRejected!: boolean;

  @ApiProperty({
    type: String,
    enum: CIRCUIT_STATES,
    example: 'closed',
    description:
      '`open`: too many calls failed, so nothing is sent there for now. `half_open`: one call tries whether it works again.',
  })
  circuit!: CircuitState['state'];

  @ApiProperty({ example: 12, description: 'Calls of the last hour, the last twenty at most.' })
  calls!: number;

  @ApiProperty({ example: 1, description: 'Of these, how many failed.' })
  failed!: number;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-03-02T09:15:00.000Z' })
  lastAnsweredAt!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-03-02T09:02:00.000Z' })
  lastFailedAt!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'rate_limited', description: 'Why the last one that failed did.' })
  lastError!: string | null;
}

export class ProvidersHealthDto {
  @ApiProperty({ type: [ProviderHealthDto] })
  providers!: ProviderHealthDto[];
}

export function toProviderHealth({ id, state, key, isKeyRejected, circuit, calls }: ProviderHealth): ProviderHealthDto {
  const failed = calls.filter(({ errorKind }) => errorKind !== null);
  const answered = calls.find(({ errorKind }) => errorKind === null);
  return {
    ...{ id, state, key, keyRejected: isKeyRejected, circuit },
    calls: calls.length,
    failed: failed.length,
    lastAnsweredAt: answered?.at.toISOString() ?? null,
    lastFailedAt: failed[0]?.at.toISOString() ?? null,
    lastError: failed[0]?.errorKind ?? null,
  };
}
