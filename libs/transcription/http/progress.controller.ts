import { Readable } from 'node:stream';
import { Controller, Get, Param, ParseUUIDPipe, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import type { Actor } from '#identity';
import { Access, type ActorRequest, CurrentActor, LastingAccess } from '#identity/http';
import { ProgressStreams } from '../progress/progress-streams.js';
import { transcriptionErrors } from '../transcription.errors.js';
import { EVENT_STREAM, heardOf, PROGRESS_EXAMPLE, toEventStream } from './event-stream.js';

const PERMISSION = 'transcriptions:read';
/** How long the end of a stream may take to arrive. */
const LAST_WORDS_MS = 1_000;
const ID = { name: 'id', format: 'uuid', example: '019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708' };
const LAST_EVENT_ID = {
  name: 'Last-Event-ID',
  required: false,
  description: 'The `id` of the last event you have had; only what is newer follows. EventSource sends it by itself.',
  schema: { type: 'string' as const, example: '11000003' },
};

@ApiTags('transcriptions')
@Controller({ path: 'transcriptions', version: '1' })
export class ProgressController {
  constructor(
    private readonly progress: ProgressStreams,
    private readonly lasting: LastingAccess,
  ) {}

  @Get(':id/events')
  @Access(PERMISSION)
  @ApiOperation({
    summary: 'Follow a transcription',
    description:
      'Server-sent events. Each `progress` event holds what `GET /api/v1/transcriptions/{id}/status` answers; the last one is `completed`, `failed` or `cancelled`, and the stream ends. Whoever connects hears the present state first. A percentage never goes back within a run. A line that begins with a colon says every 15 seconds that the connection lives.',
  })
  @ApiParam(ID)
  @ApiHeader(LAST_EVENT_ID)
  @ApiOkResponse({
    description: 'States as they change.',
    content: { 'text/event-stream': { schema: { type: 'string' }, example: PROGRESS_EXAMPLE } },
  })
  @ApiNoContentResponse({ description: 'You have had the last event; there is nothing to connect again for.' })
  @ApiProblems(transcriptionErrors.transcription_not_found, transcriptionErrors.too_many_streams, commonErrors.malformed_request)
  async follow(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Req() request: ActorRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const stream = new AbortController();
    const end = (): void => stream.abort();
    reply.raw.once('close', end);
    if (reply.raw.destroyed) end();
    const news = await this.progress.follow(actor.workspaceId, id, heardOf(request.headers['last-event-id']), stream);
    if (news === null) return void reply.status(204).send();
    void reply.headers(EVENT_STREAM);
    if (request.method === 'HEAD') return void reply.send(Readable.from([]));
    const unwatch = this.lasting.watch(request, PERMISSION, end);
    stream.signal.addEventListener('abort', () => {
      unwatch();
      // Who does not read never comes to the end that was written.
      setTimeout(() => reply.raw.destroy(), LAST_WORDS_MS).unref();
    });
    void reply.send(Readable.from(toEventStream(news), { objectMode: false, highWaterMark: 1 }));
  }
}
