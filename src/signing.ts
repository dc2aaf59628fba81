import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  type KeyObject,
} from "node:crypto";
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "./clock.ts";
import { SYSTEM, type Actor } from "./core/access.ts";
import { InvalidInputError } from "./errors.ts";
import { keyIdOf } from "./signature.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Db } from "./store/connect.ts";
import { insertKey, keyJson } from "./store/signing-keys.ts";

/** Signs closed months with Ed25519. */
export type Signer = {
  readonly keyId: string;
  /** The raw public key, base64url. */
  readonly publicKey: string;
  /** "ed25519:" and the signature of the text's UTF-8, base64url. */
  readonly sign: (text: string) => string;
};

export type SigningDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly dataDir: string;
  /** A PEM file of the operator's own (`signingKeyFile`); null: a key in the data directory. */
  readonly keyFile: string | null;
};

const FILE = "signing.pem";

/**
 * The key that signs here: the operator's, or the data directory's own, made when it is missing.
 * Its public half is kept in the database, so that what it signed can be checked when another
 * has taken its place. Throws InvalidInputError for a file that holds no Ed25519 key.
 */
export async function openSigner(deps: SigningDeps): Promise<Signer> {
  const { keyFile, dataDir } = deps;
  const key = keyFile === null ? await readOrMakeKey(dataDir) : await readKey(keyFile);
  const signer = signerOf(key);
  await registerKey(deps, signer, SYSTEM);
  return signer;
}

/** Puts a new key in the place of the data directory's. The old public key stays known. */
export async function rotateKey(deps: SigningDeps, actor: Actor): Promise<Signer> {
  if (deps.keyFile !== null) {
    const message = "the key is your own file: replace it, nines keeps the old public key";
    throw new InvalidInputError([{ place: "signingKeyFile", message }]);
  }
  await openSigner(deps);
  const folder = await keyFolder(deps.dataDir);
  const fresh = join(folder, `.${FILE}.${randomUUID()}`);
  await writeKey(fresh);
  try {
    const signer = signerOf(await readKey(fresh));
    // Known before it signs: a key that nobody knows would sign what nobody can check.
    await registerKey(deps, signer, actor);
    await rename(fresh, join(folder, FILE));
    return signer;
  } finally {
    await rm(fresh, { force: true });
  }
}

function signerOf(key: KeyObject): Signer {
  const { x: publicKey = "" } = createPublicKey(key).export({ format: "jwk" });
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: (text) => `ed25519:${sign(null, Buffer.from(text), key).toString("base64url")}`,
  };
}

async function registerKey(
  { db, clock }: Pick<SigningDeps, "db" | "clock">,
  { keyId, publicKey }: Signer,
  actor: Actor,
): Promise<void> {
  const nowMs = clock.nowMs();
  await withTransaction(db, async (tx) => {
    const isNew = await insertKey(tx, { id: keyId, publicKey, createdAtMs: nowMs });
    if (!isNew) return;
    await appendAudit(tx, {
      atMs: nowMs,
      actor,
      action: "key.register",
      item: `key:${keyId}`,
      before: null,
      after: keyJson({ id: keyId, publicKey, createdAtMs: nowMs }),
    });
  });
}

async function readOrMakeKey(dataDir: string): Promise<KeyObject> {
  const folder = await keyFolder(dataDir);
  const file = join(folder, FILE);
  const fresh = join(folder, `.${FILE}.${randomUUID()}`);
  try {
    return await readKey(file);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await writeKey(fresh);
  try {
    // Of two processes that start at once the first one's key stays.
    await link(fresh, file).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  } finally {
    await rm(fresh, { force: true });
  }
  return readKey(file);
}

async function keyFolder(dataDir: string): Promise<string> {
  const folder = join(dataDir, "keys");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return folder;
}

async function writeKey(file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  await writeFile(file, pem, { mode: 0o600, flush: true });
}

async function readKey(file: string): Promise<KeyObject> {
  const pem = await readFile(file, "utf8");
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // What is wrong with it may quote it.
  }
  const message =
    "holds no Ed25519 private key in PEM; make one: openssl genpkey -algorithm ed25519";
  throw new InvalidInputError([{ place: file, message }]);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
