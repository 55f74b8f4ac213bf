import { Controller, Get, Query, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { Public } from '#access';
import { Config } from '#config';
import { html, sendPage } from '#identity/http';

/** The query of the link in an invitation. */
class InvitationQueryDto {
  @IsOptional()
  @IsString()
  @MaxLength(200)
  token?: string;
}

const TOKEN = /^[\w-]{43}$/;

/** Where the link of an invitation leads when there is no client app: it tells how to accept. Joining wants somebody who is signed in. */
@ApiExcludeController()
@Controller({ version: VERSION_NEUTRAL })
export class InvitationPageController {
  constructor(private readonly config: Config) {}

  @Get('accept-invitation')
  @Public()
  tellHow(@Query() { token = '' }: InvitationQueryDto, @Res() reply: FastifyReply): void {
    const url = `${this.config.http.publicUrl}/api/v1/invitations/accept`;
    // People copy the command into a shell: nothing but a token of ours may stand in it.
    const shown = TOKEN.test(token) ? token : '…';
    const command = `curl -X POST ${url} -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '${JSON.stringify({ token: shown })}'`;
    sendPage(
      reply,
      'Join the workspace',
      html`<p>Make an account with the address this letter came to, or sign in. Then accept with its access token:</p>
        <pre>${command}</pre>`,
    );
  }
}
