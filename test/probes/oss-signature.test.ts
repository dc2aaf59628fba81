import { expect, test } from "vitest";
import {
  ossDate,
  ossPath,
  ossQuery,
  ossSignature,
  ossSignedHeaders,
} from "../../probes/oss-signature.ts";
import type { OssRequest } from "../../probes/oss-signature.ts";

// The values of the vendor's Go SDK tests (signer_v4_test.go), recomputed independently.
const query = {
  param1: "value1",
  "+param1": "value3",
  "|param1": "value4",
  "+param2": "",
  "|param2": "",
  param2: "",
};
const plainHeaders = { "x-oss-head1": "value", abc: "value", ZAbc: "value", XYZ: "value" };

function putAt(seconds: number, extra: Partial<OssRequest> = {}): OssRequest {
  return {
    method: "PUT",
    bucket: "bucket",
    key: "1234+-/123/1.txt",
    query,
    headers: { ...plainHeaders, "content-type": "text/plain" },
    region: "cn-hangzhou",
    atMs: seconds * 1000,
    ...extra,
  };
}

const key = { accessKeyId: "ak", accessKeySecret: "sk" };

test("the signed header form has the published canonical hash and signature", () => {
  const headers = {
    ...plainHeaders,
    "content-type": "text/plain",
    "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
    "x-oss-date": "20231216T162057Z",
  };
  expect(ossSignature("sk", putAt(1702743657, { headers }))).toEqual({
    signature: "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe",
    scope: "20231216/cn-hangzhou/oss/aliyun_v4_request",
    canonicalSha256: "f4613657f1b108998e8dbd10a1aa5da621dc2c6e02c9ddec0f163664848704c4",
  });
});

test("a signed request carries date, payload marker and authorization", () => {
  expect(ossSignedHeaders(key, putAt(1702743657))).toEqual({
    ...plainHeaders,
    "content-type": "text/plain",
    "x-oss-date": "20231216T162057Z",
    "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
    authorization:
      "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe",
  });
});

test("additional headers are named once, in lower case, sorted, and only when present", () => {
  const request = putAt(1702747512, {
    additionalHeaders: ["ZAbc", "abc", "abc", "absent", "content-type", "x-oss-head1"],
  });
  expect(ossSignedHeaders(key, request)["authorization"]).toBe(
    "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,AdditionalHeaders=abc;zabc,Signature=4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f",
  );
});

test("the token of a temporary key is sent and signed", () => {
  const headers = ossSignedHeaders({ ...key, securityToken: "token" }, putAt(1702784856));
  expect(headers["x-oss-security-token"]).toBe("token");
  expect(headers["authorization"]).toMatch(
    /Signature=b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea$/,
  );
});

test("the query form, signed without date header, has the published signature", () => {
  const request = putAt(1702781677, {
    headers: { ...plainHeaders, "content-type": "application/octet-stream" },
    query: {
      ...query,
      "x-oss-signature-version": "OSS4-HMAC-SHA256",
      "x-oss-date": "20231217T025437Z",
      "x-oss-expires": "599",
      "x-oss-credential": "ak/20231217/cn-hangzhou/oss/aliyun_v4_request",
    },
  });
  expect(ossSignature("sk", request).signature).toBe(
    "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe",
  );
});

test("query, path and date take the form that OSS signs", () => {
  expect(ossQuery(query)).toBe(
    "%2Bparam1=value3&%2Bparam2&%7Cparam1=value4&%7Cparam2&param1=value1&param2",
  );
  expect(ossPath("bucket", "1234+-/123/1.txt")).toBe("/bucket/1234%2B-/123/1.txt");
  expect(ossPath("bucket", "")).toBe("/bucket/");
  expect(ossPath("", "")).toBe("/");
  expect(ossPath("", "a b/签")).toBe("/a%20b/%E7%AD%BE");
  expect(ossDate(1702743657_999)).toBe("20231216T162057Z");
});
