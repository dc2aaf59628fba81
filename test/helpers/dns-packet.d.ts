// The part of dns-packet that the tests use; the package has no types of its own.
declare module "dns-packet" {
  export type Question = { readonly type: string; readonly name: string };
  export type Answer = {
    readonly type: string;
    readonly name: string;
    readonly ttl?: number;
    readonly data: unknown;
  };
  export type Packet = {
    readonly type: "query" | "response";
    readonly id: number;
    readonly flags: number;
    readonly questions: readonly Question[];
    readonly answers?: readonly Answer[];
  };
  export function decode(packet: Uint8Array): Packet;
  export function encode(packet: Packet): Buffer;
}
