/** A message as a channel with a limit looks at it. */
type Due = {
  readonly id: number;
  /** Tried before, or a digest itself: it goes as it is. */
  readonly isFixed: boolean;
  readonly isCritical: boolean;
};

/**
 * What goes to a channel that takes so many messages more in this minute: some by themselves,
 * some in one digest; the others wait. `due` is in the order in which they are due.
 */
export function splitByLimit<Message extends Due>(
  due: readonly Message[],
  room: number,
): { readonly single: readonly Message[]; readonly digest: readonly Message[] } {
  if (due.length <= room) return { single: due, digest: [] };
  const fixed = due.filter(({ isFixed }) => isFixed).slice(0, Math.max(0, room));
  const fresh = due.filter(({ isFixed }) => !isFixed);
  const left = room - fixed.length;
  if (left <= 0 || fresh.length === 0) return { single: fixed, digest: [] };
  if (fresh.length <= left) return { single: [...fixed, ...fresh], digest: [] };
  // One place is the digest's.
  const critical = fresh.filter(({ isCritical }) => isCritical).slice(0, left - 1);
  const digest = fresh.filter((one) => !critical.includes(one));
  return { single: [...fixed, ...critical], digest };
}
