import { Module } from '@nestjs/common';
import { ProductEvents } from './product-events.js';

/** For every room in which something happens that others build on. */
@Module({ providers: [ProductEvents], exports: [ProductEvents] })
export class ProductEventsModule {}
