import type { AuditEntry } from '#database';

export const EXPORT_FORMATS = ['csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** One record, flat, as both formats and the list give it. */
export interface AuditRow {
  id: string;
  at: string;
  action: string;
  actorKind: string;
  actorId: string | null;
  actorName: string | null;
  targetKind: string | null;
  targetId: string | null;
  details: AuditEntry['details'];
  address: string | null;
  device: string | null;
  requestId: string | null;
}

const COLUMNS = [
  'id',
  'at',
  'action',
  'actorKind',
  'actorId',
  'actorName',
  'targetKind',
  'targetId',
  'details',
  'address',
  'device',
  'requestId',
] as const satisfies (keyof AuditRow)[];

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r\n\0]/;

/** What a format consists of: what comes first, each batch of records, what comes last. */
interface Writer {
  head: string;
  batch(rows: AuditRow[], isFirst: boolean): string;
  tail: string;
}

/** Lines end as RFC 4180 wants it. */
const WRITERS: Record<ExportFormat, Writer> = {
  csv: {
    head: `${COLUMNS.join(',')}\r\n`,
    batch: (rows) => rows.map((row) => `${COLUMNS.map((column) => csvCell(textOf(row[column]))).join(',')}\r\n`).join(''),
    tail: '',
  },
  json: {
    head: '[',
    batch: (rows, isFirst) => rows.map((row, index) => `${isFirst && index === 0 ? '' : ','}\n${JSON.stringify(row)}`).join(''),
    tail: '\n]\n',
  },
};

export function toAuditRow(entry: AuditEntry): AuditRow {
  const { workspaceId: _, at, ...rest } = entry;
  return { ...rest, at: at.toISOString() };
}

/** The text of an export, batch by batch: no more than one is held at a time. */
export async function* writeExport(format: ExportFormat, batches: AsyncIterable<AuditEntry[]>): AsyncGenerator<string> {
  const writer = WRITERS[format];
  yield writer.head;
  let isFirst = true;
  for await (const entries of batches) {
    yield writer.batch(entries.map(toAuditRow), isFirst);
    isFirst = false;
  }
  yield writer.tail;
}

/** One cell, safe for spreadsheets: what looks like a formula gets an apostrophe before it. */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function textOf(value: AuditRow[keyof AuditRow]): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
