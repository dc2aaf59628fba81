/** Whether a text can be stored as it is: whole characters, and none that PostgreSQL has not. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
