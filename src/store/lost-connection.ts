/** What the driver says of a connection that was lost, in the words that come without a code. */
export function saysConnectionLost(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(Connection terminated|Client has encountered a connection error)/u.test(error.message)
  );
}
