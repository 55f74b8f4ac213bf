import { type DynamicModule, Module } from '@nestjs/common';
import { Config } from '#config';
import { DiskObjectStore } from './disk-object-store.js';
import { ObjectLinks } from './object-links.js';
import { ObjectStore } from './object-store.js';
import { S3ObjectStore } from './s3-object-store.js';
import { StorageReadiness } from './storage-readiness.js';

/** The one place that knows which kind of store this installation has. */
export function objectStoreOf(config: Config, links: ObjectLinks): ObjectStore {
  const { storage } = config;
  return storage.driver === 's3' ? new S3ObjectStore(storage) : new DiskObjectStore(storage.directory, links);
}

/** Gives every room the `ObjectStore`. */
@Module({})
export class StorageModule {
  /** The store that `Config.storage` names: the bucket of S3_BUCKET, or the directory STENO_HOME/objects. */
  static forConfig(): DynamicModule {
    return {
      module: StorageModule,
      global: true,
      providers: [
        {
          provide: ObjectLinks,
          inject: [Config],
          useFactory: (config: Config) => new ObjectLinks(config.http.publicUrl, config.identity.secret),
        },
        { provide: ObjectStore, inject: [Config, ObjectLinks], useFactory: objectStoreOf },
        StorageReadiness,
      ],
      exports: [ObjectStore, ObjectLinks],
    };
  }
}
