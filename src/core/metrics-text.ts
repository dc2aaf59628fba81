/** The two forms in which metrics are told: Prometheus' own text, and OpenMetrics 1.0. */
export type TextForm = "prometheus" | "openmetrics";

export const TEXT_TYPES = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
} as const satisfies Record<TextForm, string>;

/** One metric, without its series. */
export type Family = {
  readonly name: string;
  readonly type: "gauge" | "counter" | "histogram";
  readonly help: string;
};

/** Ends the answer. */
export const TEXT_ENDS = { prometheus: "", openmetrics: "# EOF\n" } as const satisfies Record<
  TextForm,
  string
>;

/** `a="1",b="2"`, as it stands between the braces of a series. */
export function labelsText(labels: Readonly<Record<string, string | number | undefined>>): string {
  let text = "";
  for (const [name, value] of Object.entries(labels)) {
    if (value === undefined) continue;
    text += `${text === "" ? "" : ","}${name}="${escaped(String(value))}"`;
  }
  return text;
}

/** One series with its value. */
export function sampleLine(name: string, labels: string, value: number): string {
  const series = labels === "" ? name : `${name}{${labels}}`;
  return `${series} ${numberText(value)}\n`;
}

/** A line of OpenMetrics with one measurement that made its value; labels as of `labelsText`. */
export function withExemplar(
  line: string,
  exemplar: { readonly labels: string; readonly value: number; readonly atSeconds: number },
): string {
  const { labels, value, atSeconds } = exemplar;
  return `${line.trimEnd()} # {${labels}} ${numberText(value)} ${atSeconds}\n`;
}

/**
 * What stands before the series of a metric. They themselves are called the same in both forms, so
 * that who changes the form keeps them.
 */
export function familyHead({ name, type, help }: Family, form: TextForm): string {
  const isOpen = form === "openmetrics";
  // OpenMetrics calls the family of a counter without the end that its samples have.
  const family = isOpen && type === "counter" ? name.replace(/_total$/u, "") : name;
  const text = isOpen ? escaped(help) : help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `# HELP ${family} ${text}\n# TYPE ${family} ${type}\n`;
}

/** Which form an Accept header wants: OpenMetrics only when it is named, and not below the other. */
export function chooseForm(accept: string | undefined): TextForm {
  const wanted = (accept ?? "").split(",").map((one) => {
    const [type = "", ...parameters] = one.split(";").map((part) => part.trim().toLowerCase());
    const value = (name: string) =>
      parameters.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
    return { type, version: value("version") ?? "1.0.0", q: Number(value("q") ?? 1) };
  });
  const best = (isOne: (one: (typeof wanted)[number]) => boolean): number =>
    Math.max(0, ...wanted.filter(isOne).map(({ q }) => q));
  const open = best(
    ({ type, version }) => type === "application/openmetrics-text" && version === "1.0.0",
  );
  return open > 0 && open >= best(({ type }) => type === "text/plain")
    ? "openmetrics"
    : "prometheus";
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

const SPECIAL = /[\\\n"]/u;

function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
