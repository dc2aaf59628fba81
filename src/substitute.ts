import { dirname, resolve } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where `${...}` takes its values from. */
export type Values = {
  readonly env: Environment;
  readonly readFile: (path: string) => string;
  /** The configuration file: paths are relative to it. */
  readonly file: string;
};

/** A value that came in from outside; what it says is never printed. */
export type Secret = { readonly name: string; readonly value: string };

export type Substituted = {
  readonly text: string;
  readonly secrets: readonly Secret[];
  readonly problems: readonly string[];
};

const REFERENCE = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

function readSecretFile(values: Values, path: string): { value: string } | { problem: string } {
  if (path === "") return { problem: '"${file:}" names no file; write "${file:PATH}"' };
  try {
    const text = values.readFile(resolve(dirname(values.file), path));
    return { value: text.replace(/[\r\n]+$/, "") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    return {
      problem: `cannot read the file of "\${file:${path}}" (${code}); create it or correct the path, which is relative to the configuration file`,
    };
  }
}

function lookUp(values: Values, name: string): { value: string } | { problem: string } {
  if (name.startsWith("file:")) return readSecretFile(values, name.slice("file:".length));
  if (!VARIABLE.test(name)) {
    return {
      problem: `"\${${name}}" is not "\${VAR}" or "\${file:PATH}"; write "$\${" for a literal "\${"`,
    };
  }
  const value = values.env[name];
  if (value === undefined || value === "") {
    return {
      problem: `the environment variable ${name} is not set, or empty; set it, there is no default`,
    };
  }
  return { value };
}

/** Replaces `${VAR}` and `${file:PATH}` in a text; `$${` stands for a literal `${`. */
export function substitute(text: string, values: Values): Substituted {
  const secrets: Secret[] = [];
  const problems: string[] = [];
  const replaced = text.replace(REFERENCE, (match, name: string | undefined) => {
    if (match === "$${") return "${";
    if (name === undefined) {
      problems.push('"${" without "}"; close it, or write "$${" for a literal "${"');
      return "";
    }
    const found = lookUp(values, name);
    if ("problem" in found) {
      problems.push(found.problem);
      return "";
    }
    secrets.push({ name, value: found.value });
    return found.value;
  });
  return { text: replaced, secrets, problems };
}
