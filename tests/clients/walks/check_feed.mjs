// What AsyncAPI's own parser has against a document, as JSON. Usage: check_feed.mjs DOCUMENT
import fs from "node:fs";
import parser from "@asyncapi/parser";

const { Parser } = parser;
const faults = await new Parser().validate(fs.readFileSync(process.argv[2], "utf8"));
const told = faults.filter(({ severity }) => severity <= 1);
console.log(JSON.stringify(told.map(({ code, message, path }) => ({ code, message, path }))));
