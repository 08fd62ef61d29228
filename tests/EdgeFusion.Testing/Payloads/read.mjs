// Reads payloads with the readers of others: lines "cbor HEX" or "sparkplug HEX" in, one line of JSON each out.
import { createInterface } from "node:readline";
import { decode } from "cborg";
import proto from "sparkplug-payload/lib/sparkplugPayloadProto.js";

const { Payload } = proto.org.eclipse.tahu.protobuf;

// Integers above 2^53 come as BigInt or Long; JSON has no limit, so they go out as plain digits.
const mark = "\u0001";
const plain = (_, value) => {
  if (typeof value === "bigint") return mark + value.toString() + mark;
  if (value && typeof value === "object" && typeof value.low === "number" && "unsigned" in value)
    return mark + value.toString() + mark;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return value;
};

for await (const line of createInterface({ input: process.stdin })) {
  const [kind, hex] = line.split(" ");
  const bytes = Buffer.from(hex ?? "", "hex");
  const item = kind === "cbor" ? decode(bytes) : Payload.toObject(Payload.decode(bytes));
  console.log(JSON.stringify(item, plain).replace(/"\\u0001(-?\d+)\\u0001"/g, "$1"));
}
