// Reads a Parquet file with hyparquet and prints its rows as JSON.
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";

const file = await asyncBufferFromFile(process.argv[2]);
const rows = await parquetReadObjects({ file });
console.log(JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? Number(value) : value)));
