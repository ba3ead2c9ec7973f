/** `tenfold verify`: is the audit journal what was written, from its first record to its last? */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type ChainBreak, ChainVerifier } from "../domain/audit-chain.ts";
import type { CliCommand } from "./command.ts";
import { CommandFailure, EXIT } from "./exit.ts";

const CHUNK = 1024 * 1024;

export const verify: CliCommand = {
  name: "verify",
  summary: "check the audit journal's hash chain",
  build(command, io) {
    command
      .description("Checks the audit journal's hash chain, and names the first broken record (exit code 3).")
      .argument("<file>", "the journal; - is standard input")
      .action(async (file: string) => {
        const chain = new ChainVerifier(sha256);
        const broken = await read(file === "-" ? process.stdin : createReadStream(file, { highWaterMark: CHUNK }), chain);
        if (broken) throw new CommandFailure(EXIT.notHeld, describe(file, broken, chain.records));
        io.stdout.write(`${summary(chain)}\n`);
      });
  },
};

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

async function read(source: AsyncIterable<Uint8Array>, chain: ChainVerifier): Promise<ChainBreak | undefined> {
  for await (const chunk of source) {
    const broken = chain.push(chunk);
    if (broken) return broken;
  }
  return chain.end();
}

/** The last hash is worth noting elsewhere: a journal that lost records at its end is a shorter, intact one. */
function summary({ records, first, last }: ChainVerifier): string {
  if (!first || !last) return "0 records, chain intact: the journal is empty";
  return `${records} records, chain intact, first ${first.time}, last ${last.time} (seq ${last.seq}, hash ${last.hash})`;
}

function describe(file: string, { line, seq, problem, detail }: ChainBreak, intact: number): string {
  const name = file === "-" ? "standard input" : file;
  return `${name}: line ${line}, seq ${seq}: ${problem}: ${detail}\n${intact} records before it are intact`;
}
