// Types of openapi-typescript, where a file is one: its documentation's own recipe.
// Usage: generate_types.mjs SCHEMA OUTPUT
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const [schema, output] = process.argv.slice(2);
const BLOB = ts.factory.createTypeReferenceNode(ts.factory.createIdentifier("Blob"));
const tree = await openapiTS(pathToFileURL(schema), {
  transform: (member) => (member.format === "binary" ? BLOB : undefined),
});
fs.writeFileSync(output, astToString(tree));
