import { ApiProperty } from '@nestjs/swagger';
import type { CircuitState } from '../../circuits.js';
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
    enum: ['closed', 'open', 'half_open', null],
    nullable: true,
    example: null,
    description: '`open`: calls are held back for now. null: calls to it are not watched.',
  })
  circuit!: CircuitState | null;

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
