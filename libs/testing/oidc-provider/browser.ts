/** A browser's cookies for one server. */
class Cookies {
  private readonly jar = new Map<string, string>();

  take(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
  }

  get header(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

/**
 * Goes through a provider's pages as a person does: signs in, consents, follows every redirect.
 * @param address where the API sent the browser
 * @param login what the person types in
 * @param home addresses that start so are not followed: the browser has come back
 * @returns the address it came back to
 */
export async function signInAtProvider(address: string, login: string, home: string): Promise<string> {
  const cookies = new Cookies();
  let next = address;
  for (let step = 0; step < 20; step += 1) {
    if (next.startsWith(home)) return next;
    const page = await fetch(next, { redirect: 'manual', headers: { cookie: cookies.header } });
    cookies.take(page);
    const response = page.status === 200 ? await submit(await page.text(), next, login, cookies) : page;
    const location = response.headers.get('location');
    if (location === null) throw new Error(`The provider stopped at ${next} with ${response.status}: ${await response.text()}`);
    next = new URL(location, next).href;
  }
  throw new Error('The provider sends the browser round in circles.');
}

async function submit(html: string, address: string, login: string, cookies: Cookies): Promise<Response> {
  const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1];
  const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1];
  if (action === undefined || prompt === undefined)
    throw new Error(`This page of the provider has no form: ${html.slice(0, 500)}`);
  const body = new URLSearchParams(prompt === 'login' ? { prompt, login, password: 'any' } : { prompt });
  const url = new URL(action, address);
  const response = await fetch(url, { method: 'POST', body, redirect: 'manual', headers: { cookie: cookies.header } });
  cookies.take(response);
  return response;
}
