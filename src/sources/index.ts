/** Every push source, in the order in which a record of unknown origin is shown to them: the most particular first. */
import { TenfoldError } from "../domain/errors.ts";
import type { PushSource } from "../ports/source.ts";
import { argocdSource } from "./argocd.ts";
import { calicoSource } from "./calico.ts";
import { cdeventsSource } from "./cdevents.ts";
import { falcoSource } from "./falco.ts";
import { fluxSource } from "./flux.ts";
import { githubSource } from "./github.ts";
import { hubbleSource } from "./hubble.ts";
import { kubernetesSource } from "./kubernetes.ts";
import { kubernetesAuditEventSource, kubernetesAuditSource } from "./kubernetes-audit.ts";
import { nativeSource } from "./native.ts";
import { nativeChangeSource } from "./native-change.ts";
import { registrySource } from "./registry.ts";

export const sources: readonly PushSource[] = [
  hubbleSource,
  calicoSource,
  falcoSource,
  kubernetesSource,
  kubernetesAuditSource,
  kubernetesAuditEventSource,
  cdeventsSource,
  argocdSource,
  fluxSource,
  githubSource,
  registrySource,
  nativeChangeSource,
  nativeSource,
];

/** Violations specified, but not part of this version: naming one for events is answered `source_not_built`. */
export const notBuilt: readonly string[] = ["kyverno", "gatekeeper", "kubernetes-events", "tetragon", "istio", "otlp"];

/** Name that recognises the format of each record. */
export const AUTO = "auto";

/** The source of that name which takes events or changes; `native` is both. */
export function findSource(name: string, accepts: PushSource["accepts"]): PushSource | undefined {
  return sources.find((source) => source.name === name && source.accepts === accepts);
}

/**
 * The sources a request may mean by a name: all of them for `auto`, both `native` ones for `native`. `accepts` narrows to
 * one route. Throws `unknown_source` or `source_not_built`.
 */
export function selectSources(name: string, accepts?: PushSource["accepts"]): readonly PushSource[] {
  const open = accepts === undefined ? sources : sources.filter((source) => source.accepts === accepts);
  if (name === AUTO) return open;
  const named = open.filter((source) => source.name === name);
  if (named.length > 0) return named;
  if (notBuilt.includes(name)) throw new TenfoldError("source_not_built", `source ${name} is not built in this version`);
  const names = [...new Set(open.map((source) => source.name))].sort().join(", ");
  throw new TenfoldError(
    "unknown_source",
    `there is no source ${JSON.stringify(name.slice(0, 64))} here; there are ${AUTO}, ${names}`,
  );
}
