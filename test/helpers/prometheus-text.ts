export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/u;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/gu;

/** Reads the Prometheus text format 0.0.4. Throws for a line that it does not know. */
export function parsePrometheus(text: string): Sample[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", labels = "", value = ""] = LINE.exec(line) ?? [];
      if (name === "") throw new Error(`not a sample: ${line}`);
      const pairs = [...labels.matchAll(LABEL)];
      if (pairs.map(([all]) => all).join("") !== labels) throw new Error(`bad labels: ${line}`);
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, key = "", inner = ""]) => [key, inner])),
        value: Number(value.replace("+Inf", "Infinity")),
      };
    });
}
