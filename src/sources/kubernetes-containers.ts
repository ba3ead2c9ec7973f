/** Containers of a pod: what was asked for (spec) joined by name with what really runs (status). */
import { normalizeDigest } from "../domain/digest.ts";
import type { ContainerObservation } from "../domain/observation.ts";
import { type JsonObject, objectAt, objectsAt, textAt } from "./kubernetes-fields.ts";

/** Proxies that meshes and agents inject among the ordinary containers: a version of theirs is not the application's. */
const INJECTED = new Set(["istio-proxy", "linkerd-proxy", "kuma-sidecar", "consul-dataplane", "daprd", "vault-agent"]);
const CONTAINER_ID = /^(?:[a-z][a-z0-9.+-]*:\/\/)?([0-9a-f]{64})$/;

type Role = ContainerObservation["role"];

const GROUPS = [
  { spec: "containers", status: "containerStatuses", role: "app" },
  { spec: "initContainers", status: "initContainerStatuses", role: "init" },
  { spec: "ephemeralContainers", status: "ephemeralContainerStatuses", role: "ephemeral" },
] as const satisfies readonly { spec: string; status: string; role: Role }[];

export interface PodContainers {
  readonly containers: readonly ContainerObservation[];
  /** Pairs of digests that one status gave for one image: the configuration beside the manifest or index. */
  readonly aliases: readonly (readonly [string, string])[];
}

export function readContainers(pod: JsonObject): PodContainers {
  const containers: ContainerObservation[] = [];
  const aliases: (readonly [string, string])[] = [];
  for (const group of GROUPS) {
    const statuses = objectsAt(objectAt(pod, "status"), group.status);
    for (const spec of objectsAt(objectAt(pod, "spec"), group.spec)) {
      const name = textAt(spec, "name");
      if (name === undefined) continue;
      const status = statuses.find((candidate) => textAt(candidate, "name") === name);
      containers.push(readContainer(name, roleOf(group.role, name, spec), spec, status));
      const shown = normalizeDigest(textAt(status, "image"));
      const resolved = normalizeDigest(textAt(status, "imageID"));
      if (shown !== undefined && resolved !== undefined && shown !== resolved) aliases.push([resolved, shown]);
    }
  }
  return { containers, aliases };
}

function readContainer(name: string, role: Role, spec: JsonObject, status: JsonObject | undefined): ContainerObservation {
  const image = textAt(spec, "image");
  // `imageID` is empty until the image is pulled; a reference pinned by digest already says what it will be.
  const digest = normalizeDigest(textAt(status, "imageID")) ?? normalizeDigest(image);
  const containerId = CONTAINER_ID.exec(textAt(status, "containerID") ?? "")?.[1];
  return {
    name,
    role,
    ...(image !== undefined && { image }),
    ...(digest !== undefined && { digest }),
    ...(containerId !== undefined && { containerId }),
  };
}

/** An init container that restarts always is a sidecar since Kubernetes 1.28. */
function roleOf(role: Role, name: string, spec: JsonObject): Role {
  if (role === "init") return textAt(spec, "restartPolicy") === "Always" ? "sidecar" : "init";
  return role === "app" && INJECTED.has(name) ? "sidecar" : role;
}
