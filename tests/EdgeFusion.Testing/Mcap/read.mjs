// Reads recordings with the reader of the format's authors and prints what they hold, one line of JSON per file:
// messages and a hash over (topic, sequence, log time, publish time, data) in order of log time, per topic.
import { open } from "node:fs/promises";
import { createHash } from "node:crypto";
import { McapIndexedReader } from "@mcap/core";
import { decompress } from "fzstd";

class FileReadable {
  constructor(handle, size) {
    this.handle = handle;
    this.bytes = size;
  }
  async size() {
    return BigInt(this.bytes);
  }
  async read(offset, length) {
    const buffer = new Uint8Array(Number(length));
    await this.handle.read(buffer, 0, buffer.length, Number(offset));
    return buffer;
  }
}

for (const path of process.argv.slice(2)) {
  const handle = await open(path);
  const { size } = await handle.stat();
  const reader = await McapIndexedReader.Initialize({
    readable: new FileReadable(handle, size),
    decompressHandlers: { zstd: (data, length) => decompress(data, new Uint8Array(Number(length))) },
  });
  const topics = {};
  for await (const message of reader.readMessages()) {
    const { topic } = reader.channelsById.get(message.channelId);
    topics[topic] ??= { count: 0, hash: createHash("sha256") };
    const entry = topics[topic];
    entry.count++;
    entry.hash.update(`${message.sequence},${message.logTime},${message.publishTime},`);
    entry.hash.update(message.data);
  }
  const metadata = [];
  for await (const record of reader.readMetadata()) {
    metadata.push(record.name);
  }
  const result = Object.fromEntries(
    Object.entries(topics).map(([topic, entry]) => [topic, { count: entry.count, sha256: entry.hash.digest("hex") }]),
  );
  console.log(JSON.stringify({ topics: result, metadata }));
  await handle.close();
}
