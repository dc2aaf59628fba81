import { expect, test } from "vitest";
import {
  acs3Authorization,
  acs3CanonicalRequest,
  acs3Query,
  percentEncode,
  sha256Hex,
} from "../src/acs3-signature.ts";
import type { Acs3Request } from "../src/acs3-signature.ts";

const runInstances: Acs3Request = {
  method: "POST",
  path: "/",
  query: {
    ImageId: "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
    RegionId: "cn-shanghai",
  },
  headers: {
    host: "ecs.cn-shanghai.aliyuncs.com",
    "x-acs-action": "RunInstances",
    "x-acs-content-sha256": sha256Hex(""),
    "x-acs-date": "2023-10-26T10:22:32Z",
    "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    "x-acs-version": "2014-05-26",
  },
  bodySha256: sha256Hex(""),
};
const documentedKey = {
  accessKeyId: "YourAccessKeyId",
  accessKeySecret: "YourAccessKeySecret",
};

test("the documented RunInstances example has the documented hash and signature", () => {
  expect(acs3CanonicalRequest(runInstances)).toEqual({
    sha256: "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
    signedHeaders:
      "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version",
  });
  expect(acs3Authorization(documentedKey, runInstances)).toMatch(
    /^ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;.*,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0$/,
  );
});

test("the vendor's own unit test, with a repeated header and an empty query value, is met", () => {
  const authorization = acs3Authorization(
    { accessKeyId: "acesskey", accessKeySecret: "secret" },
    {
      method: "",
      path: "/",
      query: { test: "ok", empty: "" },
      headers: { "X-Acs-TEST": "http,https", accept: "*/*" },
      bodySha256: "55e12e91650d2fec56ec74e1d3e4ddbfce2ef3a65890c2a19ecf88a307e76a23",
    },
  );
  expect(authorization).toBe(
    "ACS3-HMAC-SHA256 Credential=acesskey,SignedHeaders=x-acs-test,Signature=4ab59fffe3c5738ff8a2729f90cc04fe18b02a4b15b2102cbaf92f9ff3df2ea3",
  );
});

test("the order in which headers and query are given does not change the signature", () => {
  const reversed = {
    ...runInstances,
    query: Object.fromEntries(Object.entries(runInstances.query).toReversed()),
    headers: Object.fromEntries(Object.entries(runInstances.headers).toReversed()),
  };
  expect(acs3Authorization(documentedKey, reversed)).toBe(
    acs3Authorization(documentedKey, runInstances),
  );
});

test("the secret is not in the header", () => {
  expect(acs3Authorization(documentedKey, runInstances)).not.toContain("YourAccessKeySecret");
});

test("only the unreserved characters of RFC 3986 stay unencoded", () => {
  expect(percentEncode("aZ09-._~ !'()*/+=&签")).toBe(
    "aZ09-._~%20%21%27%28%29%2A%2F%2B%3D%26%E7%AD%BE",
  );
  expect(acs3Query({ b: "", a: "x y" })).toBe("a=x%20y&b=");
});
