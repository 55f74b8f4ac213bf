import { Module } from '@nestjs/common';
import { InboxController } from './inbox.controller.js';
import { InboxService } from './inbox.service.js';

/** The local inbox. */
@Module({ controllers: [InboxController], providers: [InboxService] })
export class MailHttpModule {}
