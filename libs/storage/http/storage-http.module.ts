import { Module } from '@nestjs/common';
import { ObjectsController } from './objects.controller.js';

/** The route of signed links; wants the `StorageModule` beside it. */
@Module({ controllers: [ObjectsController] })
export class StorageHttpModule {}
