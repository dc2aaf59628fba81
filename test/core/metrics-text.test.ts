import { describe, expect, test } from "vitest";
import {
  chooseForm,
  familyHead,
  labelsText,
  sampleLine,
  withExemplar,
} from "../../src/core/metrics-text.ts";

describe("the form of the answer", () => {
  test.each([
    [undefined, "prometheus"],
    ["", "prometheus"],
    ["*/*", "prometheus"],
    ["text/plain;version=0.0.4", "prometheus"],
    ["application/openmetrics-text", "openmetrics"],
    ["application/openmetrics-text; version=1.0.0; charset=utf-8", "openmetrics"],
    ["application/openmetrics-text;version=0.0.1", "prometheus"],
    ["application/openmetrics-text;q=0", "prometheus"],
    ["application/openmetrics-text;q=0.2,text/plain;q=0.5", "prometheus"],
    ["application/openmetrics-text;q=nonsense", "prometheus"],
    // Prometheus 2 and 3.
    [
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "openmetrics",
    ],
    [
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
      "openmetrics",
    ],
  ])("for Accept: %s is %s", (accept, form) => {
    expect(chooseForm(accept)).toBe(form);
  });
});

describe("the text", () => {
  test("writes labels with what they may not hold escaped", () => {
    expect(labelsText({ a: 'q"', b: "\\", c: "x\ny", d: 2, e: undefined })).toBe(
      String.raw`a="q\"",b="\\",c="x\ny",d="2"`,
    );
    expect(labelsText({})).toBe("");
  });

  test("writes values as Prometheus reads them", () => {
    expect(sampleLine("up", "", 1)).toBe("up 1\n");
    expect(sampleLine("x", 'a="1"', Infinity)).toBe('x{a="1"} +Inf\n');
    expect(sampleLine("x", "", -Infinity)).toBe("x -Inf\n");
    expect(sampleLine("x", "", Number.NaN)).toBe("x NaN\n");
    expect(sampleLine("x", "", 1e-7)).toBe("x 1e-7\n");
  });

  test("puts an exemplar behind its series", () => {
    const exemplar = { labels: 'target="web-1"', value: 0.25, atSeconds: 12.5 };
    expect(withExemplar(sampleLine("d_bucket", 'le="1"', 3), exemplar)).toBe(
      'd_bucket{le="1"} 3 # {target="web-1"} 0.25 12.5\n',
    );
  });

  test("calls the family of a counter in OpenMetrics without its end", () => {
    const counter = { name: "rounds_total", type: "counter", help: 'a "b"' } as const;
    expect(familyHead(counter, "prometheus")).toBe(
      '# HELP rounds_total a "b"\n# TYPE rounds_total counter\n',
    );
    expect(familyHead(counter, "openmetrics")).toBe(
      '# HELP rounds a \\"b\\"\n# TYPE rounds counter\n',
    );
    const gauge = { name: "jobs_total", type: "gauge", help: "h" } as const;
    expect(familyHead(gauge, "openmetrics")).toContain("# TYPE jobs_total gauge");
  });
});
