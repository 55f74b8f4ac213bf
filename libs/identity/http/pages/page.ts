import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

/** HTML with every value in it escaped, unless it is HTML itself. */
export function html(parts: TemplateStringsArray, ...values: (string | number | Html)[]): Html {
  const rest = values.map((value, index) => (value instanceof Html ? value.text : escape(String(value))) + parts[index + 1]);
  return new Html(parts[0] + rest.join(''));
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const STYLE = `body{margin:15vh auto 0;max-width:26rem;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff}
h1{font-size:1.4rem}label{display:block;margin-bottom:.3rem}
input,button{font:inherit;padding:.5rem .8rem;border:1px solid #8a9099;border-radius:.3rem}
input{box-sizing:border-box;width:100%;margin-bottom:1rem}button{background:#1b1f24;color:#fff;cursor:pointer}
.wrong{color:#a4161a}pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:.8rem;border:1px solid #8a9099;border-radius:.3rem}
@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#15181c}button{background:#e6e8eb;color:#15181c}
input{background:#1b1f24;color:inherit}.wrong{color:#ff8f8f}}`;

/** One piece: the policy names the hash of what stands between the tags, to the last space. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

/** No script, nothing from elsewhere, forms go back here alone. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sends a page of this server. Its address may hold a token: nothing keeps it, and no link tells it on. */
export function sendPage(reply: FastifyReply, title: string, content: Html): void {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} – Steno</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <h1>${title}</h1>
        ${content}
      </body>
    </html> `;
  void reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', POLICY)
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store')
    .send(page.text);
}
