import dgram from "node:dgram";
import * as dnsPacket from "dns-packet";
import type { Answer, Question } from "dns-packet";

/** RFC 1035 section 4.1.1 */
export const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

export type DnsReply =
  | { readonly rcode?: keyof typeof RCODES; readonly answers?: readonly Answer[] }
  | { readonly raw: Buffer }
  | "silence";

export type DnsServer = {
  readonly port: number;
  /** "127.0.0.1:port" */
  readonly address: string;
  readonly asked: readonly Question[];
  readonly close: () => Promise<void>;
};

/** A name server on a free UDP port of 127.0.0.1. */
export async function startDnsServer(reply: (question: Question) => DnsReply): Promise<DnsServer> {
  const socket = dgram.createSocket("udp4");
  const asked: Question[] = [];
  socket.on("message", (message, from) => {
    const query = dnsPacket.decode(message);
    const question = query.questions[0]!;
    asked.push(question);
    const said = reply(question);
    if (said === "silence") return;
    const bytes =
      "raw" in said
        ? Buffer.concat([message.subarray(0, 2), said.raw])
        : dnsPacket.encode({
            type: "response",
            id: query.id,
            flags: RCODES[said.rcode ?? "NOERROR"],
            questions: query.questions,
            answers: said.answers ?? [],
          });
    socket.send(bytes, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  return {
    port,
    address: `127.0.0.1:${port}`,
    asked,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
