import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { Idempotent } from '#idempotency/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { toPage, toPageRequest } from '#paging/http';
import { apiKeysErrors } from '../api-keys.errors.js';
import { ApiKeysService, locationOf } from '../api-keys.service.js';
import {
  ApiKeyListQueryDto,
  ChangeApiKeyDto,
  CreateApiKeyDto,
  DEFAULT_OVERLAP_SECONDS,
  RotateApiKeyDto,
  toChange,
  toPurpose,
} from './dto/api-key-request.dto.js';
import { KeyCallsDto, KeyCallsQueryDto, toDays, toKeyUsage } from './dto/key-usage.dto.js';
import { ApiKeyDto, ApiKeyPageDto, ApiKeyWithTextDto, toApiKey, toApiKeyWithText } from './dto/api-key.dto.js';

const ID = { name: 'id', format: 'uuid', example: '019aa3a1-4d5e-7f60-8172-839405a6b7c8' };

@ApiTags('api keys')
@Controller({ path: 'api-keys', version: '1' })
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @Access('api-keys:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Create an API key',
    description: 'Makes a key with which a program acts for you in this workspace. Its text is in this answer and in no other.',
  })
  @ApiCreatedResponse({ type: ApiKeyWithTextDto, description: 'The key, shown this once.' })
  @ApiProblems(
    apiKeysErrors.api_key_scope_above_role,
    apiKeysErrors.api_key_limit_above_plan,
    apiKeysErrors.too_many_api_keys,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async create(
    @CurrentActor() actor: Actor,
    @Body() body: CreateApiKeyDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApiKeyWithTextDto> {
    const made = await this.keys.create(actor, toPurpose(body));
    void reply.headers({ location: locationOf(made.row.id), 'cache-control': 'no-store' });
    return toApiKeyWithText(made);
  }

  @Get()
  @Access('api-keys:read')
  @ApiOperation({
    summary: 'List API keys',
    description: "Your keys in this workspace, newest first; admins and owners see everybody's.",
  })
  @ApiOkResponse({ type: ApiKeyPageDto, description: 'One page.' })
  @ApiProblems(commonErrors.validation_failed)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: ApiKeyListQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApiKeyPageDto> {
    return toPage(await this.keys.list(actor, query.status, toPageRequest(query)), toApiKey, request, reply);
  }

  @Get(':id')
  @Access('api-keys:read')
  @ApiOperation({ summary: 'Look at an API key', description: 'One key, without its text.' })
  @ApiParam(ID)
  @ApiOkResponse({ type: ApiKeyDto, description: 'The key.' })
  @ApiProblems(apiKeysErrors.api_key_not_found, commonErrors.malformed_request)
  async get(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<ApiKeyDto> {
    return toApiKey(await this.keys.get(actor, id));
  }

  @Get(':id/usage')
  @Access('api-keys:read')
  @ApiOperation({
    summary: 'Count the calls of an API key',
    description: 'How often the key was used, day by day; in all its texts, over rotations.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: KeyCallsDto, description: 'Its calls.' })
  @ApiProblems(apiKeysErrors.api_key_not_found, commonErrors.malformed_request, commonErrors.validation_failed)
  async usage(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: KeyCallsQueryDto,
  ): Promise<KeyCallsDto> {
    const days = toDays(query);
    return toKeyUsage(await this.keys.usage(actor, id, days.from, days.to), days);
  }

  @Put(':id')
  @Access('api-keys:write')
  @ApiOperation({
    summary: 'Change an API key',
    description: 'Changes what is given and leaves the rest. Holds for the next request made with the key.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: ApiKeyDto, description: 'The key as it is now.' })
  @ApiProblems(
    apiKeysErrors.api_key_not_found,
    apiKeysErrors.api_key_not_yours,
    apiKeysErrors.api_key_ended,
    apiKeysErrors.api_key_scope_above_role,
    apiKeysErrors.api_key_limit_above_plan,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async change(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ChangeApiKeyDto,
  ): Promise<ApiKeyDto> {
    return toApiKey(await this.keys.change(actor, id, toChange(body)));
  }

  @Post(':id/rotate')
  @Access('api-keys:write')
  @HttpCode(200)
  @Idempotent()
  @ApiOperation({
    summary: 'Rotate an API key',
    description: 'Gives the key a new text. The one of now goes on for a while, one that did so already ends at once.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: ApiKeyWithTextDto, description: 'The key with its new text, shown this once.' })
  @ApiProblems(
    apiKeysErrors.api_key_not_found,
    apiKeysErrors.api_key_not_yours,
    apiKeysErrors.api_key_ended,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async rotate(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { overlapSeconds = DEFAULT_OVERLAP_SECONDS }: RotateApiKeyDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApiKeyWithTextDto> {
    const rotated = await this.keys.rotate(actor, id, overlapSeconds);
    void reply.header('cache-control', 'no-store');
    return toApiKeyWithText(rotated);
  }

  @Delete(':id')
  @Access('api-keys:write')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Revoke an API key',
    description: 'Ends a key: whoever sends it is refused from now on. It stays in the list as revoked.',
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'It has ended.' })
  @ApiProblems(apiKeysErrors.api_key_not_found, commonErrors.malformed_request)
  async revoke(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.keys.revoke(actor, id);
  }
}
