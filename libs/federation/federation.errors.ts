import { defineErrors } from '#errors';

export const federationErrors = defineErrors({
  provider_unknown: {
    kind: 'not_found',
    title: 'No such sign-in provider',
    example: 'There is no sign-in by way of "okta" here. Available: google, microsoft.',
  },
  provider_unreachable: {
    kind: 'unavailable',
    title: 'The sign-in provider does not answer',
    example: 'google does not answer right now. Try again in 10 seconds.',
  },
  return_address_refused: {
    kind: 'unprocessable',
    title: 'The browser may not be sent there',
    example: 'returnTo must start with one of the addresses of SIGN_IN_RETURN_URLS. Ask the operator to add yours.',
  },
  sign_in_not_completed: {
    kind: 'unauthenticated',
    title: 'The sign-in was not completed',
    example:
      'The sign-in by way of google is too old, was used before or began in another browser. Begin again at /api/v1/auth/google/login.',
  },
  sign_in_refused: {
    kind: 'forbidden',
    title: 'This account may not sign in here',
    example: 'Only people of example.com may sign in by way of google here. Choose an account of that company.',
  },
  address_not_vouched_for: {
    kind: 'forbidden',
    title: 'The e-mail address is not verified by the provider',
    example:
      'microsoft does not say that your e-mail address is yours, so no account was made. Register with a password, or ask the operator to allow your tenant.',
  },
  account_not_verified: {
    kind: 'conflict',
    title: 'The account of this address was never verified',
    example:
      'There is an account with your e-mail address whose address was never verified. Sign in with its password and verify it, or reset the password; then sign in this way again.',
  },
  sign_in_code_invalid: {
    kind: 'unauthenticated',
    title: 'The code is not good',
    example: 'The code is unknown, older than a minute or was used before. Begin the sign-in again.',
  },
  clerk_user_unknown: {
    kind: 'unauthenticated',
    title: 'Clerk knows you, this server does not yet',
    example:
      'Your Clerk account has not been announced to this server yet, or has no verified e-mail address. Try again in a moment.',
  },
  webhook_refused: {
    kind: 'unauthenticated',
    title: 'The webhook is not signed as it should be',
    example:
      'The signature, the id or the time of the webhook is wrong. Check CLERK_WEBHOOK_SIGNING_SECRET and the clock of the server.',
  },
});
