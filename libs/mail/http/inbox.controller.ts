import { applyDecorators, Controller, Get, Header, Param, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '#access';
import { FieldError } from '#errors';
import { mailErrors } from '../mail.errors.js';
import { INBOX_POLICY, letterPage, listPage } from './inbox-page.js';
import { type InboxLetter, InboxService } from './inbox.service.js';
import { LocalClientsGuard } from './local-clients.guard.js';

const HTML = 'text/html; charset=utf-8';

/** Letters hold links that let somebody in: no cache keeps them. */
function Private(): MethodDecorator {
  return applyDecorators(Header('cache-control', 'no-store'), Header('content-security-policy', INBOX_POLICY));
}

/** The local inbox, for installations without a mail server. No part of the API. */
@ApiExcludeController()
@UseGuards(LocalClientsGuard)
@Controller({ version: VERSION_NEUTRAL })
export class InboxController {
  constructor(private readonly inbox: InboxService) {}

  @Get('inbox')
  @Public()
  @Private()
  @Header('content-type', HTML)
  async list(): Promise<string> {
    return listPage(await this.inbox.list());
  }

  /** The same for programs. */
  @Get('inbox.json')
  @Public()
  @Private()
  async listForPrograms(): Promise<InboxLetter[]> {
    return this.inbox.list();
  }

  @Get('inbox/:id')
  @Public()
  @Private()
  @Header('content-type', HTML)
  async read(@Param('id') id: string): Promise<string> {
    const letter = await this.inbox.find(id);
    if (letter === null) throw new FieldError(mailErrors.letter_not_found, mailErrors.letter_not_found.example);
    return letterPage(letter);
  }
}
