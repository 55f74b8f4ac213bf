import { displayName } from '#audio';

/** What a fetched recording is called when nobody says so: as the last part of its address. */
export function nameFrom({ pathname }: URL): string {
  return displayName(decoded(pathname.split('/').at(-1) ?? ''));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A percent sign that stands for itself.
    return part;
  }
}
