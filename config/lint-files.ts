/** Files the configuration names, other than secrets: whether they are there now. */
import { accessSync, constants } from "node:fs";
import type { Finding } from "./problem.ts";
import type { Config } from "./schema.ts";

/** A warning only: the daemon counts without them, and looks for them again. */
export function lintFiles({ sources }: Config): readonly Finding[] {
  const file = sources.kubernetes?.kubeconfig;
  if (file === undefined) return [];
  const reason = unreadable(file);
  if (reason === undefined) return [];
  return [
    {
      severity: "warning",
      path: ["sources", "kubernetes", "kubeconfig"],
      message: `the file ${file} ${reason}: Kubernetes will not be watched until it can be read`,
      suggestion: "correct the path (relative to the working directory), or leave it out in a pod",
    },
  ];
}

function unreadable(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    if (code === "ENOENT") return "does not exist";
    return code === "EACCES" ? "may not be read" : `cannot be read (${code})`;
  }
}
