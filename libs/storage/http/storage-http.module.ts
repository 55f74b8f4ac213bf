import { Module } from '@nestjs/common';
import { ObjectsController } from './objects.controller.js';
import { PartsController } from './parts.controller.js';

/** The routes of signed links; wants the `StorageModule` beside it. */
@Module({ controllers: [ObjectsController, PartsController] })
export class StorageHttpModule {}
