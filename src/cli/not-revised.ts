/** What a verb says whose work is done, when the closed months that it touches could not follow. */
export function notRevised(done: string, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `${done}, but closed months were not revised: ${why}. The service tries again by itself`;
}
