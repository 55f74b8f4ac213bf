/** One address, one account, however it is typed. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}
