/** One-way layers: core <- leaves <- adapters <- use cases <- shells <- main. */
const core = "^src/core/";
const leafNames = "acs3-signature|clock|cms|config|deps|der|errors|metrics|paths|post|queues";
const leaves = `^src/(${leafNames})\\.ts$`;
const adapters = "^(src/(store|notify|reports|anchors)/|probes/)";
const useCases = `^src/(?!(main|nines-verify|${leafNames})\\.ts$)[^/]+\\.tsx?$`;
const shells = "^(jobs/|src/(http|web|sandbox)/)";
const main = "^src/(main|nines-verify)\\.ts$";
const ours = "^(src|probes|jobs|dashboards|test)/";

const not = (name, from, to) => ({
  name,
  severity: "error",
  from: { path: from },
  to: { path: to },
});
/** Of our own modules, `from` may import those in `allowed` and no other. */
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: from },
  to: { path: ours, pathNot: allowed },
});

/** An adapter in a folder of src may import no other one. */
const otherAdapters = (name, folder) =>
  not(name, `^src/${folder}/`, ["^probes/", `^src/(?!${folder}/)(store|notify|reports|anchors)/`]);

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "all-imports-resolve", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "core-is-pure",
      severity: "error",
      from: { path: core },
      to: { pathNot: [core, "node_modules/(@types/)?(ical\\.js|luxon|zod)/"] },
    },
    only("leaves-stay-below", leaves, [core, leaves]),
    not("adapters-stay-below", adapters, [useCases, shells, main]),
    only("probes-stand-alone", "^probes/", ["^probes/", core, "^src/(acs3-signature|clock|errors)\\.ts$"]),
    otherAdapters("store-knows-no-other-adapter", "store"),
    otherAdapters("notify-knows-no-other-adapter", "notify"),
    otherAdapters("reports-know-no-other-adapter", "reports"),
    otherAdapters("anchors-know-no-other-adapter", "anchors"),
    not("use-cases-stay-below", useCases, [shells, main]),
    only("web-knows-core-only", "^src/web/", ["^src/web/", core]),
    not("http-starts-no-job", "^src/http/", [
      "^jobs/",
      "^probes/",
      "^src/(anchors|notify|sandbox)/",
    ]),
    not("jobs-serve-no-http", "^jobs/", "^src/(http|web|sandbox)/"),
    not("sandbox-stands-alone", "^src/sandbox/", ["^jobs/", "^src/(http|web)/"]),
    only("dashboards-stand-alone", "^dashboards/", ["^dashboards/"]),
    not("nobody-imports-dashboards", "^(src|probes|jobs)/", "^dashboards/"),
    not("nobody-imports-main", ".*", main),
    not("nobody-imports-tests", "^(src|probes|jobs)/", "^test/"),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
