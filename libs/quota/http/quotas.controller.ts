import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#database';
import { Access, type Actor, CurrentActor } from '#identity/http';
import { Quotas } from '../quotas.service.js';
import { AlsoWhenSpent } from './call-quota.interceptor.js';
import { QuotasDto, toQuotas } from './dto/quota.dto.js';

@ApiTags('usage')
@Controller({ path: 'usage/quotas', version: '1' })
export class QuotasController {
  constructor(
    private readonly database: Database,
    private readonly quotas: Quotas,
  ) {}

  @Get()
  @Access('quotas:read')
  @AlsoWhenSpent()
  @ApiOperation({
    summary: 'See what is left of the quotas',
    description: 'What the workspace may use by its plan, what it has used this month, and what is set aside for work under way.',
  })
  @ApiOkResponse({ type: QuotasDto, description: 'Every quota.' })
  async read(@CurrentActor() actor: Actor): Promise<QuotasDto> {
    const standings = await this.database.inWorkspace(actor.workspaceId, (tx) => this.quotas.standings(tx));
    return toQuotas(actor.plan, standings);
  }
}
