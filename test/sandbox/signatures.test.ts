import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { acs3Canonical, parseAcs3, signAcs3 } from "../../src/sandbox/acs3.ts";
import {
  canonicalRequest,
  parseAuthorization,
  parseCompactTime,
  signV4,
  stringToSign,
} from "../../src/sandbox/oss-v4.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("the OSS V4 signature agrees with the vectors of the Go SDK", () => {
  const parts = {
    method: "PUT",
    path: "/bucket/1234+-/123/1.txt",
    query: "param1=value1&%2Bparam1=value3&%7Cparam1=value4&%2Bparam2=&%7Cparam2=&param2=",
    headers: {
      "x-oss-head1": "value",
      abc: "value",
      zabc: "value",
      xyz: "value",
      "content-type": "text/plain",
      "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
    },
  };

  test("without additional headers", () => {
    const headers = { ...parts.headers, "x-oss-date": "20231216T162057Z" };
    const canonical = canonicalRequest({ ...parts, headers }, []);
    expect(sha256(canonical)).toBe(
      "f4613657f1b108998e8dbd10a1aa5da621dc2c6e02c9ddec0f163664848704c4",
    );
    const text = stringToSign(canonical, "20231216T162057Z", "cn-hangzhou");
    expect(signV4("sk", "cn-hangzhou", text)).toBe(
      "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe",
    );
  });

  test("with the additional headers abc and zabc", () => {
    const headers = { ...parts.headers, "x-oss-date": "20231216T172512Z" };
    const canonical = canonicalRequest({ ...parts, headers }, ["zabc", "abc"]);
    const text = stringToSign(canonical, "20231216T172512Z", "cn-hangzhou");
    expect(signV4("sk", "cn-hangzhou", text)).toBe(
      "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f",
    );
  });
});

test("an Authorization header of OSS is read with and without additional headers", () => {
  const signature = "a".repeat(64);
  const scope = "ak/20231216/cn-hangzhou/oss/aliyun_v4_request";
  const common = { accessKeyId: "ak", date: "20231216", region: "cn-hangzhou", signature };
  expect(parseAuthorization(`OSS4-HMAC-SHA256 Credential=${scope},Signature=${signature}`)).toEqual(
    {
      ...common,
      additionalHeaders: [],
    },
  );
  expect(
    parseAuthorization(
      `OSS4-HMAC-SHA256 Credential=${scope},AdditionalHeaders=host;abc,Signature=${signature}`,
    ),
  ).toEqual({ ...common, additionalHeaders: ["host", "abc"] });
  expect(parseAuthorization("OSS ak:c2lnbmF0dXJl")).toBeNull();
});

test("a compact time is an instant, and nothing else is", () => {
  expect(parseCompactTime("20231216T162057Z")).toBe(1702743657000);
  expect(parseCompactTime("20231316T162057Z")).toBeNull();
  expect(parseCompactTime("2023-12-16T16:20:57Z")).toBeNull();
});

test("the ACS3 signature agrees with the documented RunInstances example", () => {
  const headers = {
    host: "ecs.cn-shanghai.aliyuncs.com",
    "x-acs-action": "RunInstances",
    "x-acs-content-sha256": sha256(""),
    "x-acs-date": "2023-10-26T10:22:32Z",
    "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    "x-acs-version": "2014-05-26",
  };
  const canonical = acs3Canonical(
    {
      method: "POST",
      path: "/",
      query: "RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
      headers,
      body: Buffer.alloc(0),
    },
    Object.keys(headers),
  );
  expect(sha256(canonical)).toBe(
    "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
  );
  expect(signAcs3("YourAccessKeySecret", canonical)).toBe(
    "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
  );
});

test("an Authorization header of OpenAPI is read, and another form is not", () => {
  const signature = "b".repeat(64);
  expect(
    parseAcs3(
      `ACS3-HMAC-SHA256 Credential=ak,SignedHeaders=host;x-acs-date,Signature=${signature}`,
    ),
  ).toEqual({ accessKeyId: "ak", signedHeaders: ["host", "x-acs-date"], signature });
  expect(parseAcs3(`Bearer ${signature}`)).toBeNull();
});
