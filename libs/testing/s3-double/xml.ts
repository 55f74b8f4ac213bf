import { S3Fault } from './s3-fault.js';

type Value = string | number | boolean | Date | undefined | Node | Node[];
interface Node {
  [name: string]: Value;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** An answer of S3 as XML: arrays repeat their element, undefined leaves it out. */
export function toXml(root: string, content: Node): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner(content)}</${root}>`;
}

function inner(node: Node): string {
  return Object.entries(node)
    .flatMap(([name, value]) => (Array.isArray(value) ? value.map((item) => element(name, item)) : [element(name, value)]))
    .join('');
}

function element(name: string, value: Exclude<Value, Node[]>): string {
  if (value === undefined) return '';
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (typeof value === 'object') return `<${name}>${inner(value)}</${name}>`;
  return `<${name}>${String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)}</${name}>`;
}

/** The contents of every `<name>` in a request body; enough for the two flat documents that clients send. */
export function elementsOf(xml: string, name: string): string[] {
  const found = [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))];
  if (found.length === 0) throw new S3Fault('MalformedXML', 400);
  return found.map(([, content = '']) => content);
}

/** The text of the one `<name>` in a request body. */
export function textOf(xml: string, name: string): string {
  return (elementsOf(xml, name)[0] ?? '')
    .replace(/&#(x?)([0-9a-fA-F]+);/g, (_, hex: string, code: string) =>
      String.fromCodePoint(parseInt(code, hex === '' ? 10 : 16)),
    )
    .replace(
      /&(lt|gt|quot|apos|amp);/g,
      (_, word: string) => Object.keys(ESCAPES).find((key) => ESCAPES[key] === `&${word};`) ?? '',
    );
}
