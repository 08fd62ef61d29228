// Judges messages by the contract, with the tools of others: the AsyncAPI parser reads the document, and Ajv checks each
// message against the schemas of its channel. Prints one line of JSON.
//   node check.mjs asyncapi.json [messages.jsonl]     lines: {"topic","qos","retain","payload":"...","expiry":N|null}
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
import Ajv from "ajv";

const [documentPath, messagesPath] = process.argv.slice(2);
const text = readFileSync(documentPath, "utf8");
const { document, diagnostics } = await new Parser().parse(text);
const faults = diagnostics
  .filter((d) => d.severity === 0)
  .map((d) => `${d.path.join(".")}: ${d.message}`);

const source = JSON.parse(text);
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
const schemas = Object.fromEntries(
  Object.entries(source.components.schemas).map(([name, schema]) => [name, ajv.compile(schema)]),
);
const operations = Object.values(source.operations);
const channels = Object.entries(source.channels).map(([name, channel]) => ({
  name,
  pattern: new RegExp(
    "^" + channel.address.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{[a-z]+\}/g, "[^/]+") + "$",
  ),
  schemas: Object.keys(channel.messages),
  operation: operations.find((o) => o.channel.$ref === `#/channels/${name}`),
}));

const seen = {};
for (const line of messagesPath ? readFileSync(messagesPath, "utf8").split("\n").filter(Boolean) : []) {
  const message = JSON.parse(line);
  const found = channels.filter((c) => c.pattern.test(message.topic));
  if (found.length !== 1) {
    faults.push(`${message.topic}: in ${found.length} channels`);
    continue;
  }

  const { name, schemas: allowed, operation } = found[0];
  seen[name] = (seen[name] ?? 0) + 1;
  const binding = operation.bindings.mqtt;
  if (message.qos !== binding.qos || Boolean(message.retain) !== binding.retain) {
    faults.push(`${message.topic}: qos ${message.qos} retain ${message.retain}, not ${JSON.stringify(binding)}`);
  }

  if (operation.action === "send" && (message.expiry ?? 0) > (binding.messageExpiryInterval ?? 0)) {
    faults.push(`${message.topic}: expires after ${message.expiry} s, not ${binding.messageExpiryInterval}`);
  }

  const payload = JSON.parse(message.payload);
  if (!allowed.some((schema) => schemas[schema](payload))) {
    const errors = allowed.map((schema) => `${schema}: ${ajv.errorsText(schemas[schema].errors)}`);
    faults.push(`${message.topic}: ${errors.join("; ")}: ${message.payload.slice(0, 300)}`);
  }
}

console.log(JSON.stringify({ title: document?.info().title() ?? null, faults, seen }));
