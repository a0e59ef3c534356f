/**
 * Metadata that several tests share.
 *
 * @module
 */

import fc from "./properties.ts";
import type { MetadataFields } from "../core/utils/results.ts";

export const fieldName = fc.string({ minLength: 1 })
  .filter((name) => !/^-?\d+$/.test(name) && name !== "name");

export const fieldValue = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

export const metadataFields = fc.record({
  name: fc.string({ minLength: 1 }),
  others: fc.array(fc.tuple(fieldName, fieldValue)),
}).map(({ name, others }): MetadataFields => ({
  ...Object.fromEntries(others),
  name,
}));

export const throughJson = (value: unknown) =>
  JSON.parse(JSON.stringify(value));
