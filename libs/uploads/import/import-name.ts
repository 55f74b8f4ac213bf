const LONGEST_NAME = 255;

/** What a fetched recording is called when nobody says so: as the last part of its address. */
export function nameFrom({ pathname }: URL): string {
  const name = decoded(pathname.split('/').at(-1) ?? '')
    .replaceAll(/\p{C}/gu, '')
    .trim();
  return name === '' ? 'recording' : name.slice(0, LONGEST_NAME);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A percent sign that stands for itself.
    return part;
  }
}
