import { z } from "zod";
import { configFile, probeEntry } from "./config-schema.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Without `$schema`, which belongs to the root alone. */
function inner(schema: JsonSchema): JsonSchema {
  const { $schema: _, ...rest } = schema;
  return rest;
}

const OR_REFERENCE = "|\\$\\{";

/**
 * Editors must not call "${VAR}" wrong where the value itself has a form. Called more than once
 * for a schema that stands in several places.
 */
function allowReference({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  const { pattern } = jsonSchema;
  if (pattern === undefined || pattern.endsWith(OR_REFERENCE)) return;
  Object.assign(jsonSchema, { pattern: pattern + OR_REFERENCE });
}

/** JSON Schema (draft 7, as editors know it) of the configuration file with these kinds of probes. */
export function configJsonSchema(probeSettings: Readonly<Record<string, z.ZodType>>): JsonSchema {
  const options = { io: "input", target: "draft-7", unrepresentable: "any" } as const;
  const kinds = Object.values(probeSettings).map((settings) =>
    inner(z.toJSONSchema(settings, { ...options, override: allowReference })),
  );
  return z.toJSONSchema(configFile, {
    ...options,
    override: (context) => {
      allowReference(context);
      if (context.zodSchema !== probeEntry) return;
      const { description } = context.jsonSchema;
      for (const key of Object.keys(context.jsonSchema)) {
        Reflect.deleteProperty(context.jsonSchema, key);
      }
      Object.assign(context.jsonSchema, { description, oneOf: kinds });
    },
  });
}
