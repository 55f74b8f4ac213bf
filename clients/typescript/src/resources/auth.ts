import type { Schema } from '../models.ts';
import type { RequestOptions, Transport } from '../transport.ts';

/** Accounts and sessions of people. Programs use an API key. */
export class AuthResource {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** Makes an account; without an `accessToken` in the answer the address must be verified first. */
  register(
    body: Schema<'RegisterDto'>,
    options?: RequestOptions,
  ): Promise<Schema<'SignedInDto'> | Schema<'VerificationSentDto'>> {
    return this.transport.call('post', '/api/v1/auth/register', { body }, options);
  }

  login(body: Schema<'LoginDto'>, options?: RequestOptions): Promise<Schema<'SignedInDto'>> {
    return this.transport.call('post', '/api/v1/auth/login', { body }, options);
  }

  /** A refresh token is good once. */
  refresh(body: Schema<'RefreshDto'>, options?: RequestOptions): Promise<Schema<'SignedInDto'>> {
    return this.transport.call('post', '/api/v1/auth/refresh', { body }, options);
  }

  logout(options?: RequestOptions): Promise<void> {
    return this.transport.call('post', '/api/v1/auth/logout', {}, { ...options, repeatable: true });
  }

  /** Who acts, and where. */
  me(options?: RequestOptions): Promise<Schema<'MeDto'>> {
    return this.transport.call('get', '/api/v1/auth/me', {}, options);
  }
}
