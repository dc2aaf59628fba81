import type { FastifyReply, FastifyRequest } from "fastify";
import type { ReportFile } from "../report-file.ts";
import { reportFormats, type FormatName } from "../reports/index.ts";

type Asked = {
  readonly month: string;
  readonly account: string | undefined;
  readonly format: FormatName;
  readonly disposition: "inline" | "attachment";
};

/** Sends a report as a file; one that is the same for good has its digest as its tag. */
export function sendReportFile(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { bytes, digest }: ReportFile,
  { month, account, format, disposition }: Asked,
) {
  const { contentType, extension } = reportFormats[format];
  const name = `sla-${month}${account === undefined ? "" : `-${account}`}.${extension}`;
  if (digest !== null) {
    // A text may be compressed on its way, and is no longer the same byte by byte.
    const tag = `${contentType.startsWith("text/") ? "W/" : ""}"${digest}"`;
    void reply.header("etag", tag);
    if (isKnown(request.headers["if-none-match"], tag)) return reply.code(304).send();
  }
  // A string is sent as it is: with ten thousand targets it is large.
  return reply
    .header("content-type", contentType)
    .header("content-disposition", `${disposition}; filename="${name}"`)
    .send(bytes);
}

const bare = (tag: string) => tag.trim().replace(/^W\//u, "");

/** Compared as RFC 9110 has it for this: weak or not is one. */
function isKnown(header: string | undefined, tag: string): boolean {
  return (header ?? "").split(",").some((one) => bare(one) === bare(tag) || one.trim() === "*");
}
