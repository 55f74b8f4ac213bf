import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
/** Leads to this machine, and is no secure context, as an installation without TLS in somebody's house is none. */
const HOST = 'page.example';

/** A Chromium of this machine; undefined where there is none. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A site whose page is a script: what it gives to `report` is the answer. */
export class ScriptedPage {
  private readonly reported = Promise.withResolvers<unknown>();

  private constructor(
    private readonly server: Server,
    private readonly browser: string,
    private readonly profile: string,
  ) {}

  /** @param files what the site has, by path */
  static async serve(browser: string, files: (path: string) => Uint8Array | string | undefined): Promise<ScriptedPage> {
    const server = createServer();
    const page = new ScriptedPage(server, browser, mkdtempSync(join(tmpdir(), 'steno-browser-')));
    server.on('request', (request, response) => {
      const path = request.url ?? '';
      if (path === '/report') {
        response.end();
        void text(request).then((report) => page.reported.resolve(JSON.parse(report)));
        return;
      }
      const file = files(path);
      const type = path === '/' ? 'text/html' : path.endsWith('.js') ? 'text/javascript' : 'application/octet-stream';
      response.writeHead(file === undefined ? 404 : 200, { 'content-type': type }).end(file);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return page;
  }

  get origin(): string {
    return `http://${HOST}:${(this.server.address() as AddressInfo).port}`;
  }

  /** Opens the page and waits for what it reports. @throws Error when the browser ends before */
  async visit(): Promise<unknown> {
    const child = spawn(this.browser, this.flags(), {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HOME: this.profile },
    });
    try {
      return await Promise.race([this.reported.promise, endOf(child)]);
    } finally {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  private flags(): string[] {
    return [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-extensions', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-default-browser-check'],
      `--user-data-dir=${this.profile}`,
      `--host-resolver-rules=MAP ${HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
      `${this.origin}/`,
    ];
  }
}

async function endOf(child: ChildProcess): Promise<never> {
  const said = child.stderr === null ? '' : await text(child.stderr);
  throw new Error(`The browser ended before the page was done:\n${said.slice(-2_000)}`);
}
