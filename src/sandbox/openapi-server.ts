import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { acs3Canonical, parseAcs3, signAcs3 } from "./acs3.ts";
import type { Fault } from "./faults.ts";
import { ACCESS_KEY_ID, ACCESS_KEY_SECRET, VANTAGES_OF } from "./places.ts";
import { queryPairs } from "./http-service.ts";
import type { Answer, Reply, Request } from "./http-service.ts";
import { sameSignature } from "./oss-v4.ts";

const MAX_SKEW_MS = 15 * 60_000;
/** Without any of these a signature would cover less than the rules ask for. */
const MUST_BE_SIGNED = ["host", "x-acs-action", "x-acs-version", "x-acs-date"];

type ErrorReply = { readonly status: number; readonly code: string; readonly message: string };

/** The control plane of ECS: answers DescribeRegions, and everybody else by the gateway's errors. */
export function openapiAnswer({
  clock,
  fault,
}: {
  readonly clock: Clock;
  readonly fault: () => Fault | null;
}): Answer {
  return (request) => {
    const error = standingFault(fault(), request) ?? refusal(request, clock.nowMs());
    return error === null ? describeRegions() : errorReply(error, request);
  };
}

function isSigned(request: Request): boolean {
  return request.headers["authorization"] !== undefined;
}

function standingFault(fault: Fault | null, request: Request): ErrorReply | null {
  if (fault === "error-5xx") {
    const message = "The request has failed due to a temporary failure of the server.";
    return { status: 503, code: "ServiceUnavailable", message };
  }
  if (fault === "throttled") {
    const message = "Request was denied due to user flow control.";
    return { status: 400, code: "Throttling.User", message };
  }
  // The anonymous caller sees nothing of it, exactly as on 2023-11-12.
  if (fault === "key-refused" && isSigned(request)) return unknownKey();
  return null;
}

function unknownKey(): ErrorReply {
  const message = "Specified access key is not found.";
  return { status: 404, code: "InvalidAccessKeyId.NotFound", message };
}

function refusal(request: Request, nowMs: number): ErrorReply | null {
  if (!isSigned(request)) {
    const message = "AccessKeyId is mandatory for this action.";
    return { status: 400, code: "MissingAccessKeyId", message };
  }
  const authorization = parseAcs3(request.headers["authorization"] ?? "");
  const incomplete = MUST_BE_SIGNED.some((name) => !authorization?.signedHeaders.includes(name));
  if (authorization === null || incomplete) {
    const message = "The authorization header is incomplete or has another form.";
    return { status: 400, code: "IncompleteSignature", message };
  }
  if (authorization.accessKeyId !== ACCESS_KEY_ID) return unknownKey();
  const sentAtMs = Date.parse(request.headers["x-acs-date"] ?? "");
  if (!(Math.abs(nowMs - sentAtMs) <= MAX_SKEW_MS)) {
    const message = "Specified time stamp or date value is expired.";
    return { status: 400, code: "InvalidTimeStamp.Expired", message };
  }
  const canonical = acs3Canonical(request, authorization.signedHeaders);
  if (!sameSignature(signAcs3(ACCESS_KEY_SECRET, canonical), authorization.signature)) {
    const message = "Specified signature is not matched with our calculation.";
    return { status: 400, code: "SignatureDoesNotMatch", message };
  }
  if (request.headers["x-acs-action"] !== "DescribeRegions") {
    const message = "Specified api is not found, please check your url and method.";
    return { status: 404, code: "InvalidAction.NotFound", message };
  }
  return null;
}

function describeRegions(): Reply {
  const requestId = randomUUID().toUpperCase();
  const regions = Object.keys(VANTAGES_OF).map((region) => ({
    RegionId: region,
    RegionEndpoint: `ecs.${region}.aliyuncs.com`,
  }));
  const body = { RequestId: requestId, Regions: { Region: regions } };
  return json(200, { requestId, body });
}

function errorReply({ status, code, message }: ErrorReply, request: Request): Reply {
  const requestId = randomUUID().toUpperCase();
  const version = Object.fromEntries(queryPairs(request.query))["Version"] ?? "";
  const body = {
    RequestId: requestId,
    HostId: request.headers["host"] ?? "",
    Code: code,
    Message: message,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${code}&product=Ecs&version=${encodeURIComponent(version)}&requestId=${requestId}`,
  };
  return json(status, { requestId, body });
}

function json(status: number, { requestId, body }: { requestId: string; body: object }): Reply {
  const headers = {
    "Content-Type": "application/json;charset=utf-8",
    "x-acs-request-id": requestId,
  };
  return { status, headers, body: JSON.stringify(body) };
}
