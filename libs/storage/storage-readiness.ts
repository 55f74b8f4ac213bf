import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Readiness } from '#observability';
import { ObjectStore } from './object-store.js';

/** Makes a working store a condition of the process's readiness. */
@Injectable()
export class StorageReadiness implements OnModuleInit {
  constructor(
    private readonly store: ObjectStore,
    private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    this.readiness.register('storage', () => this.store.checkStorage());
  }
}
