import { expect, test } from "vitest";
import { isLocal } from "../../src/core/local-target.ts";

test.each([
  [true, { kind: "tcp", address: "127.0.0.1:22" }],
  [true, { kind: "tcp", address: "localhost:22" }],
  [true, { kind: "tcp", address: "[::1]:22" }],
  [true, { kind: "http", url: "http://127.8.9.1/" }],
  [true, { kind: "http", url: "HTTPS://LOCALHOST" }],
  [true, { kind: "oss", endpoint: "http://127.0.0.1:9000", url: "https://example.com" }],
  [false, { kind: "tcp", address: "192.0.2.1:22" }],
  [false, { kind: "tcp", address: "localhost.example.com:22" }],
  [false, { kind: "http", url: "https://example.com/?to=http://localhost/" }],
  [false, { kind: "http", url: "https://127.0.0.1.example.com/" }],
  [false, { kind: "icmp" }],
  [false, { kind: "tcp", address: 5 }],
])("it is %s that %j is on this machine", (local, probe) => {
  expect(isLocal({ probe })).toBe(local);
});
