/** Names and places of the sandbox cloud. */

export const TIME_ZONE = "Asia/Shanghai";

/** Made up, valid only on the sandbox's own servers. */
export const ACCESS_KEY_ID = "sandbox-key-id";
export const ACCESS_KEY_SECRET = "sandbox-key-secret";

export const CDN_DOMAIN = "static.shop.example";
export const CDN_PATH = "/canary.txt";
export const OSS_BUCKET = "canary";
export const OSS_PUBLIC_BUCKET = "canary-public";
export const OSS_KEY = "nines/canary.txt";
export const CANARY_TEXT = "The canary sings.\n";

/** Nearly all live faults hit this account, so that the others show a calm month. */
export const UNLUCKY_ACCOUNT = "lanting";

/** Nothing is mailed to their contacts unless a channel for it is configured; nobody can have the domains. */
export const ACCOUNTS = [
  {
    id: "acme",
    name: "Acme Retail (Hangzhou)",
    currency: "CNY",
    lang: "zh",
    contacts: ["sla@acme.example"],
  },
  {
    id: "globex",
    name: "Globex Travel",
    currency: "USD",
    lang: "en",
    contacts: ["sla@globex.example"],
  },
  {
    id: "lanting",
    name: "Lanting Media",
    currency: "SGD",
    lang: "zh",
    contacts: ["sla@lanting.example"],
  },
] as const;

export const VANTAGES = ["cn-hangzhou", "cn-shanghai", "cn-hongkong"] as const;

/** Where the targets of a region are measured from, by live rounds and by history. */
export const VANTAGES_OF = {
  "cn-hangzhou": ["cn-hangzhou", "cn-shanghai"],
  "cn-shanghai": ["cn-shanghai", "cn-hangzhou"],
  "cn-hongkong": ["cn-hongkong", "cn-hangzhou"],
  "ap-southeast-1": ["cn-hongkong", "cn-shanghai"],
} as const satisfies Record<string, readonly (typeof VANTAGES)[number][]>;
export type Region = keyof typeof VANTAGES_OF;
