/** Keys of a machine file that nobody reads and that are near to one that is read. */
import { z } from "zod";
import { machineSchema } from "../machine/machine_schema.ts";
import { nearest } from "./suggest.ts";

/** A key as it stands, where it stands, and what was probably meant. */
export interface StrayKey {
  readonly path: string;
  readonly meant: string;
}

/** Unknown keys are free to anyone; one that looks like a slip changes the answer unnoticed. */
export function strayKeys(json: unknown): readonly StrayKey[] {
  return [...straysIn(json, z.toJSONSchema(machineSchema, { unrepresentable: "any" }), "")];
}

/** The part of JSON Schema that is looked at. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema | readonly Schema[] | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

function* straysIn(value: unknown, schema: unknown, path: string): Generator<StrayKey> {
  const alternatives = alternativesOf(schema as Schema);
  if (Array.isArray(value)) {
    const item = alternatives.find(({ items }) => items)?.items;
    for (const [at, each] of value.entries()) yield* straysIn(each, item ?? {}, `${path}[${at}]`);
  } else if (typeof value === "object" && value !== null) {
    const known = Object.assign({}, ...alternatives.map(({ properties }) => properties));
    for (const [key, each] of Object.entries(value)) {
      const place = path === "" ? key : `${path}.${key}`;
      if (key in known) yield* straysIn(each, known[key], place);
      else {
        const meant = nearest(key, Object.keys(known).filter((name) => !(name in value)));
        if (meant !== undefined) yield { path: place, meant };
      }
    }
  }
}

function alternativesOf(schema: Schema): readonly Schema[] {
  const { anyOf = [], oneOf = [] } = schema;
  return [schema, ...[...anyOf, ...oneOf].flatMap(alternativesOf)];
}
