import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Patch, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems, validationFailed } from '#errors/http';
import { Idempotent } from '#idempotency/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { toPage, toPageRequest } from '#paging/http';
import { LimitedBy } from '#rate-limits/http';
import { providerKeyErrors } from '../provider-keys.errors.js';
import { ProviderKeysService } from '../provider-keys.service.js';
import { KeyUsageDto, KeyUsageQueryDto, toKeyUsage, toSpan } from './dto/key-usage.dto.js';
import { CheckProviderKeyDto, KeyVerdictDto, toKeyVerdict } from './dto/key-verdict.dto.js';
import {
  AddProviderKeyDto,
  ChangeProviderKeyDto,
  ProviderKeyDto,
  ProviderKeyPageDto,
  ProviderKeysQueryDto,
  RotateProviderKeyDto,
  toProviderKey,
} from './dto/provider-key.dto.js';

const ID = { name: 'id', format: 'uuid', example: '019aa3a4-7b8c-7d9e-8f01-a2b3c4d5e6f7' };
const { malformed_request: malformed, validation_failed: invalid } = commonErrors;
const { provider_key_not_found: notFound, provider_key_refused: refused, provider_unavailable: unavailable } = providerKeyErrors;

@ApiTags('provider keys')
@Controller({ path: 'provider-keys', version: '1' })
export class ProviderKeysController {
  constructor(private readonly keys: ProviderKeysService) {}

  @Get()
  @Access('provider-keys:read')
  @ApiOperation({ summary: 'List provider keys', description: 'Keys of the workspace, newest first, without their secrets.' })
  @ApiOkResponse({ type: ProviderKeyPageDto, description: 'One page.' })
  @ApiProblems(invalid)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: ProviderKeysQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProviderKeyPageDto> {
    const filter = query.provider === undefined ? {} : { provider: query.provider };
    return toPage(await this.keys.list(actor, toPageRequest(query), filter), toProviderKey, request, reply);
  }

  @Post()
  @Access('provider-keys:write')
  @LimitedBy('provider-key-check')
  @Idempotent()
  @ApiOperation({
    summary: 'Bring a key',
    description:
      "Asks the provider whether it takes the key, and keeps it if so. From then on it is used before the server's own.",
  })
  @ApiCreatedResponse({ type: ProviderKeyDto, description: 'Kept. `Location` is where to look.' })
  @ApiProblems(refused, unavailable, malformed, invalid)
  async add(
    @CurrentActor() actor: Actor,
    @Body() body: AddProviderKeyDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProviderKeyDto> {
    const key = await this.keys.add(actor, body);
    void reply.header('location', `/api/v1/provider-keys/${key.id}`);
    return toProviderKey(key);
  }

  @Post('validate')
  @Access('provider-keys:write')
  @LimitedBy('provider-key-check')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Check a key',
    description:
      "Asks a provider about a key that is not kept, or about one of the workspace's: that one is rejected when it is refused, and a rejected one active again when it is taken.",
  })
  @ApiBody({
    type: CheckProviderKeyDto,
    examples: {
      unknown: { summary: 'A key that is not kept', value: { provider: 'openai', apiKey: 'sk-proj-0123456789abcdef' } },
      kept: { summary: 'A key of the workspace', value: { id: ID.example } },
    },
  })
  @ApiOkResponse({ type: KeyVerdictDto, description: 'What the provider says.' })
  @ApiProblems(notFound, unavailable, malformed, invalid)
  async validate(@CurrentActor() actor: Actor, @Body() { id, provider, apiKey }: CheckProviderKeyDto): Promise<KeyVerdictDto> {
    if (id !== undefined) {
      if (provider === undefined && apiKey === undefined) return toKeyVerdict(await this.keys.checkAgain(actor, id));
      throw validationFailed([{ path: 'id', message: 'id must stand alone, without provider and apiKey', code: 'alone' }]);
    }
    if (provider === undefined || apiKey === undefined) throw new Error('The rules of the body want provider and apiKey.');
    return toKeyVerdict(await this.keys.check(actor, provider, apiKey));
  }

  @Get(':id')
  @Access('provider-keys:read')
  @ApiOperation({ summary: 'Look at a provider key', description: 'A key without its secret.' })
  @ApiParam(ID)
  @ApiOkResponse({ type: ProviderKeyDto, description: 'The key.' })
  @ApiProblems(notFound, malformed)
  async get(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<ProviderKeyDto> {
    return toProviderKey(await this.keys.get(actor, id));
  }

  @Patch(':id')
  @Access('provider-keys:write')
  @LimitedBy('provider-key-check')
  @ApiOperation({ summary: 'Change a provider key', description: 'Renames a key, disables it, or makes it active again.' })
  @ApiParam(ID)
  @ApiOkResponse({ type: ProviderKeyDto, description: 'The key as it is now.' })
  @ApiProblems(notFound, refused, unavailable, malformed, invalid)
  async change(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ChangeProviderKeyDto,
  ): Promise<ProviderKeyDto> {
    return toProviderKey(await this.keys.change(actor, id, body));
  }

  @Post(':id/rotate')
  @Access('provider-keys:write')
  @LimitedBy('provider-key-check')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Replace a key',
    description:
      'Puts another key of the same provider in its place, once the provider took it. Calls under way end with the old one.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: ProviderKeyDto, description: 'The key as it is now.' })
  @ApiProblems(notFound, refused, unavailable, malformed, invalid)
  async rotate(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { apiKey }: RotateProviderKeyDto,
  ): Promise<ProviderKeyDto> {
    return toProviderKey(await this.keys.rotate(actor, id, apiKey));
  }

  @Get(':id/usage')
  @Access('provider-keys:read')
  @ApiOperation({ summary: 'Read what a key was used for', description: 'What was done with a key, by day and model.' })
  @ApiParam(ID)
  @ApiOkResponse({ type: KeyUsageDto, description: 'Calls, seconds and cost.' })
  @ApiProblems(notFound, malformed, invalid)
  async usage(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: KeyUsageQueryDto,
  ): Promise<KeyUsageDto> {
    const span = toSpan(query);
    return toKeyUsage(await this.keys.usage(actor, id, span), span);
  }

  @Delete(':id')
  @Access('provider-keys:write')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a provider key',
    description: "Removes a key with its usage. Work goes on with the next active one, or with the server's.",
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiProblems(notFound, malformed)
  async remove(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.keys.remove(actor, id);
  }
}
