/** The entry of `tenfold`: the process around the program. */
import { commands } from "./commands.ts";
import { runProgram } from "./program.ts";
import { programVersion } from "./version.ts";

/** A reader that has seen enough (`tenfold … | head`) closes the pipe: nothing is wrong, what follows is not wanted. */
function survive(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
  });
}

survive(process.stdout);
survive(process.stderr);

const { NO_COLOR, TERM } = process.env;
const exitCode = await runProgram(process.argv.slice(2), commands, programVersion(), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  color: process.stdout.isTTY === true && (NO_COLOR ?? "") === "" && TERM !== "dumb",
});
// Whatever a command left open must not keep the process; what was written is flushed first.
await new Promise((flushed) => process.stdout.write("", flushed));
process.exit(exitCode);
