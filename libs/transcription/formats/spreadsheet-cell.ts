/** What makes a spreadsheet reckon instead of show, also in the wide forms that East Asian versions take. */
const FORMULA = /^\s*[=+\-@＝＋－＠]/u;

/** A text as one cell of a file of tab-separated values: never a formula, never more than one cell. */
export function spreadsheetCell(text: string): string {
  const cell = text.replaceAll(/\s+/gu, ' ').trim();
  if (FORMULA.test(cell)) return `'${cell}`;
  // A cell that begins with a quotation mark is read up to the next one.
  return cell.startsWith('"') ? `"${cell.replaceAll('"', '""')}"` : cell;
}
