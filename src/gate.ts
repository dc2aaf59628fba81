type Gate = {
  /** Runs the work in its turn and gives what it gives; null at once when too many wait. */
  readonly run: <Result>(
    work: () => Promise<Result>,
  ) => Promise<{ readonly result: Result } | null>;
};

/** Lets so many in at once, and so many wait, first come first served. */
export function createGate({
  atOnce,
  waiting,
}: {
  readonly atOnce: number;
  readonly waiting: number;
}): Gate {
  const queue: (() => void)[] = [];
  let inside = 0;
  return {
    run: async (work) => {
      if (inside < atOnce) inside += 1;
      else if (queue.length >= waiting) return null;
      // Whoever leaves hands over the place.
      else await new Promise<void>((resolve) => void queue.push(resolve));
      try {
        return { result: await work() };
      } finally {
        const next = queue.shift();
        if (next === undefined) inside -= 1;
        else next();
      }
    },
  };
}
