import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isSameSecret } from '#access';
import type { Config } from '#config';
import { commonErrors, FieldError } from '#errors';
import { addWebhooksSection } from '#webhooks/http';
import { addBodyProblems } from './body-problems.js';
import { addCodeSamples } from './code-samples.js';
import { showOpenAiErrors } from './openai-errors.js';

const DESCRIPTION = `
Steno turns recordings into transcripts. Register, send a recording, order its transcription, read the result:

1. \`POST /api/v1/auth/register\` gives an access token. Send it as \`Authorization: Bearer …\` (the button "Authorize" on this page).
2. \`POST /api/v1/audio/upload\` takes the recording.
3. \`POST /api/v1/transcriptions\` orders the transcript and answers at once; \`GET /api/v1/transcriptions/{id}\` tells how far it is.
4. \`GET /api/v1/transcriptions/{id}/export?format=srt\` gives it in the format you want.

In a shell, from the project's folder; every sample beside a route goes on from here:

\`\`\`sh
STENO_URL=http://127.0.0.1:3000
field() { sed -n 's/.*"'"$1"'":"\\([^"]*\\)".*/\\1/p'; }
ACCOUNT=$(curl -s "$STENO_URL/api/v1/auth/register" -H 'Content-Type: application/json' \\
  -d '{"email":"you@example.com","password":"a long sentence is a good password","name":"You"}')
TOKEN=$(echo "$ACCOUNT" | field accessToken)
REFRESH_TOKEN=$(echo "$ACCOUNT" | field refreshToken)
AUDIO_ID=$(curl -s "$STENO_URL/api/v1/audio/upload" -H "Authorization: Bearer $TOKEN" -F file=@samples/meeting.opus | field id)
TRANSCRIPTION_ID=$(curl -s "$STENO_URL/api/v1/transcriptions" -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{"audioId":"'"$AUDIO_ID"'"}' | field id)
API_KEY_ID=$(curl -s "$STENO_URL/api/v1/api-keys" -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{"name":"Try out","scopes":["read"]}' | field id)
WORKSPACE_ID=$(curl -s "$STENO_URL/api/v1/workspaces" -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{"name":"Our team"}' | field id)
LINK_TOKEN=$(curl -s "$STENO_URL/api/v1/audio/$AUDIO_ID/url" -H "Authorization: Bearer $TOKEN" | field url | sed 's#.*/objects/##')
until curl -s "$STENO_URL/api/v1/transcriptions/$TRANSCRIPTION_ID/status" -H "Authorization: Bearer $TOKEN" | grep -Eq '"(completed|failed)"'; do sleep 1; done
curl "$STENO_URL/api/v1/transcriptions/$TRANSCRIPTION_ID/export?format=srt" -H "Authorization: Bearer $TOKEN"
\`\`\`

Times in recordings are seconds, dates are ISO 8601 in UTC, ids are UUIDs. Every error is \`application/problem+json\` (RFC 9457) with a
stable \`code\`, a \`detail\` that says what to do and the \`requestId\` to report.`;

/** The OpenAPI document of the app's routes. */
export function apiDocument(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Steno')
    .setDescription(DESCRIPTION.trim())
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'This server')
    .addTag('auth', 'Accounts and sessions')
    .addTag('api keys', 'Keys with which programs act for you')
    .addTag('workspaces', 'Teams: their members, roles and invitations, and the record of what was done')
    .addTag('audio', 'Recordings')
    .addTag('uploads', 'Large recordings: in parts, or over connections that break')
    .addTag('transcriptions', 'Orders to transcribe, and their results')
    .addTag('meetings', 'Meetings, and the background service that transcribes them')
    .addTag('openai', 'The same routes as OpenAI has, for programs written for it')
    .addTag('provider keys', 'Keys a workspace has of its own at speech providers')
    .addTag('providers', 'Who can transcribe: models, prices, and how they do')
    .addTag('webhooks', 'Events that are sent to addresses of yours, and what became of them')
    .addTag('usage', 'What a workspace may use, what it has used, and what that cost')
    .addTag('health', 'For load balancers and operators')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT or API key',
      description:
        'For people: the accessToken of POST /api/v1/auth/login. For programs: an API key (stn_…) of POST /api/v1/api-keys, which works in the workspace it was made in, as far as its scopes and the role of whoever made it go. Both are read from this header alone.',
    })
    .build();
  const document = SwaggerModule.createDocument(app, builder, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '').toLowerCase()}_${method}`,
  });
  return addCodeSamples(showOpenAiErrors(addBodyProblems(addWebhooksSection(document))));
}

/** The pages load scripts and styles of this server and nothing else; ReDoc draws with inline styles and a worker from a blob. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src blob:; frame-ancestors 'none'";

const DOCS_PATH = /^\/api\/(?:docs|redoc|openapi)/;

const REDOC_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Steno API</title>
    <style>body { margin: 0; }</style>
  </head>
  <body>
    <redoc spec-url="/api/openapi.json"></redoc>
    <script src="/api/redoc/redoc.standalone.js"></script>
  </body>
</html>
`;

/** Serves /api/docs (Swagger UI), /api/redoc and /api/openapi.json, to whoever has the token where one is set. */
export function serveDocumentation(app: NestFastifyApplication, config: Config): void {
  let document: OpenAPIObject | undefined;
  const once = (): OpenAPIObject => (document ??= apiDocument(app));
  SwaggerModule.setup('api/docs', app, once, {
    jsonDocumentUrl: 'api/openapi.json',
    yamlDocumentUrl: 'api/openapi.yaml',
    customSiteTitle: 'Steno API',
    swaggerOptions: {
      persistAuthorization: !config.production,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      docExpansion: 'list',
    },
  });
  const fastify = app.getHttpAdapter().getInstance();
  if (config.http.docsToken !== undefined) askForToken(fastify, config.http.docsToken);
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith('/api/docs') || request.url.startsWith('/api/redoc'))
      void reply.header('content-security-policy', PAGE_POLICY);
    done();
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (/^\/api\/(docs|openapi)/.test(request.url)) nameCharset(reply);
    done(null, payload);
  });
  const bundle = createRequire(import.meta.url).resolve('redoc/bundles/redoc.standalone.js');
  const html = (reply: FastifyReply): FastifyReply => reply.header('content-type', 'text/html; charset=utf-8');
  fastify.get('/api/redoc', (_request, reply) => html(reply).send(REDOC_PAGE));
  fastify.get('/api/redoc/redoc.standalone.js', (_request, reply) =>
    reply
      .header('content-type', 'text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=86400')
      .send(createReadStream(bundle)),
  );
}

/** Browsers ask for a name and a password, and the token is the password of any name; programs send it as a bearer. */
function askForToken(fastify: FastifyInstance, token: string): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!DOCS_PATH.test(request.routeOptions.url ?? '') || isSameSecret(tokenIn(request.headers.authorization), token))
      return done();
    void reply.header('www-authenticate', 'Basic realm="Steno API", charset="UTF-8"');
    done(new FieldError(commonErrors.documentation_closed, commonErrors.documentation_closed.example));
  });
}

function tokenIn(authorization = ''): string {
  const [, scheme = '', value = ''] = /^(\w+) (.*)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'basic') return value;
  const pair = Buffer.from(value, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}

/** Without it a browser guesses which bytes are which letters. */
function nameCharset(reply: FastifyReply): void {
  const type = reply.getHeader('content-type');
  if (typeof type === 'string' && type.startsWith('text/') && !type.includes('charset')) {
    void reply.header('content-type', `${type}; charset=utf-8`);
  }
}
