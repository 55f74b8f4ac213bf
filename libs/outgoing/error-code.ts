/** The code of whatever Node or undici threw, or its name without one; of several tried addresses that of the first. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code;
  if ('errors' in error && Array.isArray(error.errors)) return codeOf(error.errors[0]);
  return 'name' in error && typeof error.name === 'string' ? error.name : '';
}
