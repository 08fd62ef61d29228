// Subscribes to everything as Foxglove does: node client.mjs URL SUBPROTOCOL SECONDS
// Prints one JSON object: what was offered, and what came, decoded by the libraries of the protocol's authors.
import { parse } from "@foxglove/rosmsg";
import { MessageReader } from "@foxglove/rosmsg2-serialization";
import protocolLibrary from "@foxglove/ws-protocol";
import { WebSocket } from "ws";

const { FoxgloveClient } = protocolLibrary;

const [url, protocol, seconds] = process.argv.slice(2);
const socket = new WebSocket(url, [protocol]);
const client = new FoxgloveClient({ ws: socket });
const report = { protocol: "", server: null, channels: [], topics: {}, times: 0, statuses: [], predictions: {} };
const bySubscription = new Map();

client.on("open", () => (report.protocol = socket.protocol));
client.on("error", (fault) => report.statuses.push(String(fault)));
client.on("serverInfo", (info) => (report.server = info));
client.on("status", (status) => report.statuses.push(status.message));
client.on("time", () => report.times++);
client.on("advertise", (channels) => {
  for (const { id, topic, encoding, schemaName, schemaEncoding, schema } of channels) {
    report.channels.push({ id, topic, encoding, schemaName, schemaEncoding });
    const decode = encoding === "json"
      ? (data) => JSON.parse(new TextDecoder().decode(data))
      : ((reader) => (data) => reader.readMessage(data))(new MessageReader(parse(schema, { ros2: true })));
    if (encoding === "json") JSON.parse(schema);
    report.topics[topic] = { count: 0, newest: 0, stamped: 0, sample: null };
    bySubscription.set(client.subscribe(id), { topic, decode });
  }
});
client.on("message", ({ subscriptionId, timestamp, data }) => {
  const { topic, decode } = bySubscription.get(subscriptionId);
  const seen = report.topics[topic];
  const message = decode(data);
  seen.count++;
  seen.newest = Number(timestamp / 1_000_000n);
  if (message.header) seen.stamped = message.header.stamp.sec * 1_000 + message.header.stamp.nanosec / 1e6;
  seen.sample = Object.fromEntries(Object.entries(message)
    .filter(([, value]) => ["number", "string"].includes(typeof value)));
  if (message.wrench) seen.sample.fz = message.wrench.force.z;
  for (const [head, { label, score }] of Object.entries(message.heads ?? {})) {
    report.predictions[`${head}/${message.seq}`] = { label, score };
  }
});

await new Promise((resolve) => setTimeout(resolve, 1_000 * Number(seconds)));
client.close();
report.clock = Date.now();
console.log(JSON.stringify(report));
process.exit(0);
