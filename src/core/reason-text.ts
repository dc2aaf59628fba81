import { REASONS } from "./outcome.ts";
import type { Reason } from "./outcome.ts";
import type { Name } from "./region-name.ts";
import type { Lang } from "./views.ts";

/** Every reason in words; a reason without words does not compile. */
export const reasonTexts: Readonly<Record<Reason, Name>> = {
  "": { en: "no reason given", zh: "未说明原因" },
  "name-not-found": { en: "name not found", zh: "域名无法解析" },
  "connect-refused": { en: "connection refused", zh: "连接被拒绝" },
  "connect-timeout": { en: "no connection within the time limit", zh: "连接超时" },
  "connect-reset": { en: "connection reset while connecting", zh: "建立连接时被重置" },
  "host-unreachable": { en: "host or network unreachable", zh: "主机或网络不可达" },
  "tls-failed": { en: "TLS handshake failed", zh: "TLS 握手失败" },
  "tls-expired": { en: "certificate expired", zh: "证书已过期" },
  "tls-wrong-name": { en: "certificate is for another name", zh: "证书域名不符" },
  "tls-untrusted": { en: "certificate not trusted", zh: "证书不受信任" },
  "response-timeout": { en: "no answer within the time limit", zh: "响应超时" },
  "response-reset": { en: "connection reset before the answer", zh: "响应前连接被重置" },
  "response-cut": { en: "answer cut short", zh: "响应不完整" },
  "malformed-response": { en: "answer not understood", zh: "响应格式错误" },
  "wrong-status": { en: "unexpected status", zh: "状态码不符" },
  "wrong-content": { en: "unexpected content", zh: "内容不符" },
  "wrong-header": { en: "unexpected header", zh: "响应头不符" },
  "wrong-banner": { en: "unexpected banner", zh: "服务标识不符" },
  "server-error": { en: "server error (5xx)", zh: "服务端错误（5xx）" },
  "key-refused": { en: "valid key refused", zh: "有效密钥被拒绝" },
  "handshake-failed": { en: "handshake failed", zh: "握手失败" },
  "query-failed": { en: "query failed", zh: "查询失败" },
  "too-many-connections": { en: "too many connections", zh: "连接数过多" },
  "stale-edge": { en: "edge node serves old content", zh: "边缘节点内容过期" },
  "no-reply": { en: "no reply", zh: "无应答" },
  "ttl-exceeded": { en: "lost on the way (TTL exceeded)", zh: "途中丢失（TTL 耗尽）" },
  "auth-refused": { en: "our credentials were refused", zh: "我方凭证被拒绝" },
  forbidden: { en: "our access is not allowed", zh: "我方无访问权限" },
  throttled: { en: "our requests were throttled", zh: "我方请求被限流" },
  arrears: { en: "account in arrears", zh: "账号欠费" },
  "bad-request": { en: "our request was not valid", zh: "我方请求无效" },
  "no-sockets": { en: "worker out of sockets", zh: "监测端套接字耗尽" },
  "resolver-failed": { en: "worker's resolver failed", zh: "监测端域名解析器故障" },
  "network-down": { en: "worker's network down", zh: "监测端网络中断" },
  "not-permitted": { en: "worker lacks a permission", zh: "监测端缺少权限" },
  "event-loop-lag": { en: "worker was too busy", zh: "监测端过于繁忙" },
  "clock-jump": { en: "worker's clock jumped", zh: "监测端时钟跳变" },
  "control-failed": { en: "control endpoints failed as well", zh: "对照端点同时失败" },
  aborted: { en: "worker gave the round up", zh: "监测端放弃本轮" },
  "not-configured": { en: "not configured on the worker", zh: "监测端未配置" },
  "internal-error": { en: "fault in the monitor", zh: "监测程序内部错误" },
  imported: { en: "imported without a known reason", zh: "导入，原因不明" },
};

const isReason = (text: string): text is Reason => REASONS.some((reason) => reason === text);

/** A reason in words; one that is not in the list, as it stands. */
export function reasonText(reason: string, lang: Lang): string {
  return isReason(reason) ? reasonTexts[reason][lang] : reason;
}
