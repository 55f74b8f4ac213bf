import { randomBytes } from 'node:crypto';

/** A tone as a WAV file: 16 kHz, 16 bit, mono. */
export function wav(seconds: number, hertz = 440): Buffer {
  const samples = 16_000 * seconds;
  const file = Buffer.alloc(44 + samples * 2);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(16_000, 24);
  file.writeUInt32LE(32_000, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(samples * 2, 40);
  for (let sample = 0; sample < samples; sample += 1) {
    file.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * hertz * sample) / 16_000)), 44 + sample * 2);
  }
  return file;
}

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
