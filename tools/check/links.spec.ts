import { describe, expect, it } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT } from '../project.ts';

const DOCUMENTS = globSync('{*.md,docs/**/*.md,clients/*/*.md}', { cwd: PROJECT });

/** What the links of a document point at, without examples in code and without other sites. */
function linkTargets(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that a document's headings have, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBroken(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document : join(dirname(document), decodeURIComponent(path));
  if (target.startsWith('..') || !existsSync(join(PROJECT, target))) return true;
  return anchor !== undefined && !anchorsOf(readFileSync(join(PROJECT, target), 'utf8')).includes(anchor);
}

describe('the documents', () => {
  it('link to files and headings that are there', () => {
    const links = DOCUMENTS.flatMap((document) =>
      linkTargets(readFileSync(join(PROJECT, document), 'utf8')).map((link) => ({ document, link })),
    );
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter(({ document, link }) => isBroken(document, link))).toEqual([]);
  });

  it('would show a link that leads nowhere', () => {
    const text = 'A [file](docs/nowhere.md), [itself](#not-here), a [site](https://example.org) and `[code](x.md)`.';
    const broken = linkTargets(text).filter((link) => isBroken('README.md', link));
    expect(broken).toEqual(['docs/nowhere.md', '#not-here']);
    expect(isBroken('docs/rooms.md', '../package.json')).toBe(false);
    expect(isBroken('docs/rooms.md', '../../package.json')).toBe(true);
  });

  it('number their decisions one after the other', () => {
    const numbers = globSync('docs/decisions/*.md', { cwd: PROJECT }).map((path) => {
      const [, number] = /decisions\/(\d{4})-/.exec(path) ?? [];
      const [, title] = /^# (\d+)\. /.exec(readFileSync(join(PROJECT, path), 'utf8')) ?? [];
      expect(Number(title)).toBe(Number(number));
      return Number(number);
    });
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
  });
});
