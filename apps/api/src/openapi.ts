import type { OpenAPIObject } from '@nestjs/swagger';
import { loadConfig } from '#config';
import { Log } from '#observability';
import { createApi } from './create-api.js';
import { apiDocument } from './documentation.js';

/** Values that only have to pass the checks: nothing is connected in a preview. */
const PREVIEW_ENVIRONMENT = {
  NODE_ENV: 'test',
  DATABASE_URL: 'postgres://preview@127.0.0.1/preview',
  AUTH_SECRET: 'a secret of a preview that signs nothing',
  MASTER_KEY: 'a master key of a preview that seals nothing',
};

/** The OpenAPI document, made without any server. */
export async function buildOpenApiDocument(): Promise<OpenAPIObject> {
  const app = await createApi(loadConfig(PREVIEW_ENVIRONMENT), { preview: true, log: new Log({ app: 'api', level: 'silent' }) });
  return apiDocument(app);
}
