import { randomBytes } from 'node:crypto';
import { wav } from '#testing/recordings';

/**
 * A form with a recording, ready to be sent; its boundary is another every time.
 * @param content the same text gives the same recording, another text another
 */
export function wavOf(
  content: string,
  fields: Record<string, string> = {},
): { headers: Record<string, string>; payload: Buffer } {
  const boundary = randomBytes(12).toString('hex');
  const hertz = 200 + ([...content].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 0) % 1_000);
  const text = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="tone.wav"\r\n\r\n`;
  const payload = Buffer.concat([Buffer.from(text.join('') + head), wav(1, hertz), Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, payload };
}
