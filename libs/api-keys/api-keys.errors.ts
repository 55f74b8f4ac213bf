import { defineErrors } from '#errors';

export const apiKeysErrors = defineErrors({
  api_key_not_found: {
    kind: 'not_found',
    title: 'No such API key',
    example: 'There is no API key of that id that you may see. GET /api/v1/api-keys lists those there are.',
  },
  api_key_not_yours: {
    kind: 'forbidden',
    title: 'The API key is of somebody else',
    example: 'Only whoever made this API key may change or rotate it. You may revoke it with DELETE.',
  },
  api_key_ended: {
    kind: 'conflict',
    title: 'The API key has ended',
    example: 'The API key is revoked or expired, so it cannot be changed or rotated. Make a new one with POST /api/v1/api-keys.',
  },
  api_key_scope_above_role: {
    kind: 'forbidden',
    title: 'The scope is above your role',
    example: 'The scope admin is above your role member: a key may do no more than whoever made it. Leave it out.',
  },
  api_key_limit_above_plan: {
    kind: 'unprocessable',
    title: "The limit is above the plan's",
    example: 'The plan free allows a key 100 requests an hour. Ask for no more, or leave limitPerHour out.',
  },
  too_many_api_keys: {
    kind: 'conflict',
    title: 'The workspace has as many API keys as it may',
    example: 'The workspace has 100 living API keys, the most it may have. Revoke one that is no longer used.',
  },
});
