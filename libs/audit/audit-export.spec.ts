import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '#database';
import { csvCell, writeExport } from './audit-export.js';

const ENTRY: AuditEntry = {
  id: '019aa3a5-22bb-7d3e-8f40-516273849506',
  workspaceId: '019aa3a0-6f00-7e21-9b66-1a2b3c4d5e6f',
  at: new Date('2026-11-21T09:00:00Z'),
  action: 'member.role_changed',
  actorKind: 'user',
  actorId: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a',
  actorName: '=HYPERLINK("http://evil.example","Ada")',
  targetKind: 'user',
  targetId: null,
  details: { role: 'admin' },
  address: '203.0.113.7',
  device: null,
  requestId: null,
};

async function textOf(format: 'csv' | 'json', batches: AuditEntry[][]): Promise<string> {
  let text = '';
  const source = async function* () {
    yield* batches;
  };
  for await (const piece of writeExport(format, source())) text += piece;
  return text;
}

describe('a cell', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '\0x'])('is no formula: %j (item 4)', (text) => {
    expect(csvCell(text).replace(/^"/, '')).toMatch(/^'/);
  });

  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "so"', '"say ""so"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1,"2"', `"'=1,""2"""`],
    ['', ''],
  ])('is written as RFC 4180 wants it: %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });
});

describe('an export', () => {
  it('as CSV has a head and a line for each record', async () => {
    const [head, line, end] = (await textOf('csv', [[ENTRY]])).split('\r\n');
    expect(head).toBe('id,at,action,actorKind,actorId,actorName,targetKind,targetId,details,address,device,requestId');
    expect(line).toBe(
      `${ENTRY.id},2026-11-21T09:00:00.000Z,member.role_changed,user,${ENTRY.actorId},"'=HYPERLINK(""http://evil.example"",""Ada"")",user,,"{""role"":""admin""}",203.0.113.7,,`,
    );
    expect(end).toBe('');
  });

  it.each([[[]], [[[ENTRY]]], [[[ENTRY, ENTRY], [ENTRY]]]])(
    'as JSON is one array, whatever the batches',
    async (batches: AuditEntry[][]) => {
      const rows = JSON.parse(await textOf('json', batches)) as object[];
      expect(rows).toHaveLength(batches.flat().length);
      for (const row of rows)
        expect(row).toMatchObject({ id: ENTRY.id, at: '2026-11-21T09:00:00.000Z', details: { role: 'admin' } });
      for (const row of rows) expect(row).not.toHaveProperty('workspaceId');
    },
  );
});
