import { Argument } from "commander";
import { alertJsonSchema } from "../../config/alert-schema.ts";
import { changeJsonSchema, eventJsonSchema } from "../../config/record-schema.ts";
import { configJsonSchema } from "../../config/schema.ts";
import type { CliCommand } from "./command.ts";

const SCHEMAS = {
  config: configJsonSchema,
  event: eventJsonSchema,
  change: changeJsonSchema,
  alert: alertJsonSchema,
} as const;

/** `tenfold schema`: for editors, and for those who write or read our records. */
export const schema: CliCommand = {
  name: "schema",
  summary: "print a JSON Schema",
  build(command, io) {
    command
      .description("Prints a JSON Schema: of the configuration file, of a native event or change, or of what alerts are told as.")
      .addArgument(new Argument("<name>", "which one").choices(Object.keys(SCHEMAS)))
      .action((name: keyof typeof SCHEMAS) => {
        io.stdout.write(`${JSON.stringify(SCHEMAS[name](), null, 2)}\n`);
      });
  },
};
