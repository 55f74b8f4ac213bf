import { createHash } from 'node:crypto';
import { escapeHtml } from '../escape-html.js';
import type { InboxLetter } from './inbox.service.js';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid #ddd; }
.note { color: #666; font-size: .9rem; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Nothing but the one style above: no script, image, form, frame or base of another address. */
export const INBOX_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The list of letters. */
export function listPage(letters: InboxLetter[]): string {
  const rows = letters.map(
    ({ id, to, subject, date }) =>
      `<tr><td>${escapeHtml(date)}</td><td>${escapeHtml(to)}</td><td><a href="/inbox/${escapeHtml(id)}">${escapeHtml(subject) || '(no subject)'}</a></td></tr>`,
  );
  const table = `<table><tr><th>Written</th><th>To</th><th>Subject</th></tr>\n${rows.join('\n')}\n</table>`;
  return page('Inbox', letters.length === 0 ? '<p>No letter was sent yet.</p>' : table);
}

/** One letter: its text, with addresses of the web to be followed. */
export function letterPage({ from, to, subject, date, text }: InboxLetter): string {
  const heads = { From: from, To: to, Written: date };
  const rows = Object.entries(heads).map(([name, value]) => `<tr><th>${name}</th><td>${escapeHtml(value)}</td></tr>`);
  return page(
    subject,
    `<p><a href="/inbox">All letters</a></p>\n<table>\n${rows.join('\n')}\n</table>\n<pre>${withLinks(text)}</pre>`,
  );
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escapeHtml(title)}</h1>
${content}
<p class="note">Letters land here because SMTP_URL is not set. Only programs on this machine can read this page, and none can in production.</p>
</body>
</html>
`;
}

/** Everything is escaped piece by piece; what begins with http:// or https:// becomes a link, nothing else does. */
function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"'`]+)/)
    .map((piece, index) =>
      index % 2 === 0 ? escapeHtml(piece) : `<a href="${escapeHtml(piece)}" rel="noreferrer noopener">${escapeHtml(piece)}</a>`,
    )
    .join('');
}
