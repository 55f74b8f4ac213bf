import { expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAMS } from '../system/program.ts';
import { startSwift } from './swift.ts';

const present = PROGRAMS.swift.isPresent(process.env);

// A strict run has refused to begin without it.
(present ? it : it.skip)('Swift speaks S3 until it is stopped', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'steno-swift-'));
  const { url, stop } = await startSwift(directory);
  try {
    const { origin } = new URL(url);
    const refusal = await fetch(`${origin}/bucket/key`, {
      headers: { authorization: 'AWS nobody:signature', date: new Date().toUTCString() },
    });
    expect(refusal.status).toBe(403);
    expect(await refusal.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
    await stop();
    await expect(fetch(origin)).rejects.toThrow();
  } finally {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  }
});
