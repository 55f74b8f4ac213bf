import type { TestApi } from './test-api.js';

/** An answer of the API. */
export type Answer = Awaited<ReturnType<TestApi['app']['inject']>>;

/** Calls of the auth routes, from an address of one's choice: proxies of the test API are trusted when it was started so. */
export class AuthClient {
  constructor(
    private readonly api: TestApi,
    private readonly headers: Record<string, string> = {},
  ) {}

  /** The same, with further headers. */
  with(headers: Record<string, string>): AuthClient {
    return new AuthClient(this.api, { ...this.headers, ...headers });
  }

  /** The same, signed in. */
  as({ accessToken }: { accessToken: string }): AuthClient {
    return this.with({ authorization: `Bearer ${accessToken}` });
  }

  async send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', route: string, payload?: object): Promise<Answer> {
    return this.api.app.inject({
      method,
      url: `/api/v1/auth/${route}`,
      headers: this.headers,
      ...(payload === undefined ? {} : { payload }),
    });
  }

  get(route: string): Promise<Answer> {
    return this.send('GET', route);
  }

  post(route: string, payload: object = {}): Promise<Answer> {
    return this.send('POST', route, payload);
  }

  patch(route: string, payload: object): Promise<Answer> {
    return this.send('PATCH', route, payload);
  }

  delete(route: string, payload?: object): Promise<Answer> {
    return this.send('DELETE', route, payload);
  }

  login(email: string, password: string): Promise<Answer> {
    return this.post('login', { email, password });
  }
}
