import { parse as parseQuery } from "node:querystring";
import compress from "@fastify/compress";
import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import Fastify, { LogController, type FastifyBaseLogger } from "fastify";
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
  validatorCompiler,
} from "fastify-type-provider-zod";
import { agreementPages } from "./agreement-pages.ts";
import { annotationRoutes } from "./annotations.ts";
import { auditRoutes } from "./audit.ts";
import { addAuthentication } from "./authenticate.ts";
import { channelRoutes } from "./channels.ts";
import { claimRoutes } from "./claims.ts";
import { accessPages } from "./access-pages.ts";
import { auditPages } from "./audit-pages.ts";
import { addForms } from "./csrf.ts";
import type { App, HttpDeps, OpsDeps } from "./deps.ts";
import { eventRoutes } from "./events.ts";
import { exclusionPages } from "./exclusion-pages.ts";
import { exclusionRoutes } from "./exclusions.ts";
import { healthRoutes } from "./health.ts";
import { inboxPages } from "./inbox-pages.ts";
import { inboxRoutes } from "./inbox.ts";
import { liveRoutes } from "./live.ts";
import { loginRoutes } from "./login.ts";
import { malfunctionPages } from "./malfunction-pages.ts";
import { malfunctionRoutes } from "./malfunctions.ts";
import { metricsRoutes } from "./metrics.ts";
import { monitorPages } from "./monitor-pages.ts";
import { outageRoutes } from "./outages.ts";
import { overviewRoutes } from "./overview.ts";
import { createErrorReader } from "./page.ts";
import { pageRoutes } from "./pages.ts";
import { probeRoutes } from "./probe.ts";
import { answerClientError, answerError, setProblemHandlers } from "./problems.ts";
import { proofRoutes } from "./proofs.ts";
import { queueBoard } from "./queue-board.ts";
import { reportFilePages } from "./report-files.ts";
import { reportMailRoutes } from "./report-mails.ts";
import { reportPages } from "./report-pages.ts";
import { reportRoutes } from "./reports.ts";
import { resultRoutes } from "./results.ts";
import { revisionRoutes } from "./revisions.ts";
import { runningRoutes } from "./running.ts";
import { searchPages } from "./search-pages.ts";
import { targetPages } from "./target-pages.ts";
import { targetRoutes } from "./targets.ts";
import { statusRoutes } from "./status.ts";
import { tokenRoutes } from "./tokens.ts";
import { createProxyTrust } from "./trusted-proxies.ts";
import { userRoutes } from "./users.ts";
import { yearPages } from "./year-pages.ts";
import { yearRoutes } from "./years.ts";

/** What pages may load: our own files alone, nothing inline. */
const PAGE_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  connectSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", "data:"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
};

/** Swagger UI is a program, from our own files alone, and sets styles as it runs. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Routes of every role: health, metrics and `/probe` are enough for those without pages. */
const opsRoutes = [healthRoutes, metricsRoutes, probeRoutes];
/** To add a resource: its file, and its line here. */
const apiRoutes = [
  overviewRoutes,
  targetRoutes,
  resultRoutes,
  outageRoutes,
  annotationRoutes,
  reportRoutes,
  yearRoutes,
  revisionRoutes,
  reportMailRoutes,
  proofRoutes,
  runningRoutes,
  eventRoutes,
  loginRoutes,
  tokenRoutes,
  userRoutes,
  auditRoutes,
  claimRoutes,
  exclusionRoutes,
  inboxRoutes,
  channelRoutes,
  malfunctionRoutes,
  statusRoutes,
  malfunctionPages,
  accessPages,
  auditPages,
  reportPages,
  yearPages,
  reportFilePages,
  exclusionPages,
  agreementPages,
  inboxPages,
  pageRoutes,
  targetPages,
  searchPages,
  monitorPages,
  queueBoard,
  liveRoutes,
];

/** Builds the server; it listens when told to. `api` adds API and pages to the routes of every role. */
export async function buildServer(deps: OpsDeps, api: HttpDeps | null): Promise<App> {
  const logger: FastifyBaseLogger = deps.log.child({ part: "http" });
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    trustProxy: createProxyTrust(deps.config),
    requestTimeout: 300_000,
    bodyLimit: 1_048_576,
    routerOptions: { maxParamLength: 100, querystringParser: readQuery },
    frameworkErrors: (...refused) => void answerError(...refused),
    clientErrorHandler: answerClientError,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(writeJson);
  setProblemHandlers(app, api === null ? async () => null : createErrorReader(api));
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: PAGE_POLICY },
    strictTransportSecurity: false,
    referrerPolicy: { policy: "same-origin" },
  });
  if (api !== null) {
    await app.register(compress, { threshold: 4096, encodings: ["gzip", "identity"] });
    await describeApi(app);
  }
  if (api !== null) {
    await app.register(cookie);
    addAuthentication(app, api);
    await addForms(app, api);
  }
  for (const routes of opsRoutes) await app.register(routes(deps, api));
  if (api !== null) for (const routes of apiRoutes) await app.register(routes(api));
  return app;
}

/** `/openapi.json` from the routes' own schemas, and `/docs` to read it. */
async function describeApi(app: App): Promise<void> {
  const zodToJsonConfig = {
    // A list that we do not change is no read-only property of the answer.
    override: ({ jsonSchema }: { jsonSchema: { readOnly?: boolean } }) => {
      delete jsonSchema.readOnly;
    },
  };
  const describe = createJsonSchemaTransformObject({ zodToJsonConfig });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "nines", version: "1", description: "Availability SLA monitor" },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig }),
    transformObject: (document) => withoutUnused(describe(document)),
  });
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: DOCS_POLICY,
    uiConfig: { url: "/openapi.json" },
  });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}

type Document = ReturnType<ReturnType<typeof createJsonSchemaTransformObject>>;

/** Takes out the components that nothing refers to: each is there once for input and once for output. */
function withoutUnused(document: Document): Document {
  const text = JSON.stringify(document);
  const schemas = "components" in document ? (document.components?.schemas ?? {}) : {};
  for (const name of Object.keys(schemas)) {
    if (!text.includes(`"#/components/schemas/${name}"`)) Reflect.deleteProperty(schemas, name);
  }
  return document;
}

/** An empty parameter is one that was not given. */
function readQuery(text: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parseQuery(text)).filter(([, value]) => value !== ""));
}

/** The tests hold answers to their schemas; see answers.ts. */
const writeJson = () => (data: unknown) => JSON.stringify(data);
