import { defineErrors } from '#errors';

export const identityErrors = defineErrors({
  authentication_required: {
    kind: 'unauthenticated',
    title: 'You are not signed in',
    example: 'This route needs an access token. Send Authorization: Bearer <token>; POST /api/v1/auth/login gives one.',
  },
  access_token_invalid: {
    kind: 'unauthenticated',
    title: 'The access token is not good',
    example:
      'The access token is expired, malformed or its session has ended. Get a new one from POST /api/v1/auth/refresh or sign in again.',
  },
  api_key_invalid: {
    kind: 'unauthenticated',
    title: 'The API key is not good',
    example:
      'The API key is unknown, revoked or expired, or whoever made it is no member of its workspace any more. Make a new one with POST /api/v1/api-keys.',
  },
  wrong_credentials: {
    kind: 'unauthenticated',
    title: 'Wrong e-mail address or password',
    example: 'The e-mail address or the password is wrong. Check both and try again.',
  },
  email_not_verified: {
    kind: 'forbidden',
    title: 'The e-mail address is not verified',
    example:
      'The password is right, but the e-mail address has not been confirmed yet. Follow the link in the letter we sent; POST /api/v1/auth/resend-verification sends another.',
  },
  account_disabled: {
    kind: 'forbidden',
    title: 'The account is disabled',
    example: 'The account was disabled by the people who run this service. Ask them.',
  },
  wrong_password: {
    kind: 'forbidden',
    title: 'That is not your password',
    example:
      'The current password is wrong, or the account has none. Check it; POST /api/v1/auth/forgot-password lets you choose a new one.',
  },
  token_invalid: {
    kind: 'unprocessable',
    title: 'The token is not good',
    example:
      'The token of this letter is unknown, too old, was used before or a newer letter was sent. Use the newest letter, or ask for another.',
  },
  session_not_found: {
    kind: 'not_found',
    title: 'No such session',
    example: 'There is no open session of that id that is yours. GET /api/v1/auth/sessions lists them.',
  },
  last_owner: {
    kind: 'conflict',
    title: 'A team would be left without an owner',
    example:
      'You are the only owner of the workspace "Analytical engines". Make somebody else an owner, or delete it, and delete your account then.',
  },
  refresh_token_invalid: {
    kind: 'unauthenticated',
    title: 'The refresh token is not good',
    example: 'The refresh token is unknown or its session has ended. Sign in again with POST /api/v1/auth/login.',
  },
  refresh_token_reused: {
    kind: 'unauthenticated',
    title: 'The refresh token was used before',
    example: 'This refresh token was already exchanged, so it may have been copied; its session is ended. Sign in again.',
  },
  permission_denied: {
    kind: 'forbidden',
    title: 'Your role does not allow this',
    example:
      'This needs the permission transcriptions:write, which the role viewer does not have. Ask an owner of the workspace.',
  },
  workspace_not_found: {
    kind: 'not_found',
    title: 'No such workspace',
    example: 'There is no workspace of that id that you belong to. Leave X-Workspace-Id out to work in your personal one.',
  },
  email_taken: {
    kind: 'conflict',
    title: 'The e-mail address has an account',
    example: 'There is an account with this e-mail address already. Sign in with POST /api/v1/auth/login.',
  },
});
