/** Where the API server is and who we are to it: a kubeconfig, or the service account of the pod. */
import type { KubeConfig } from "@kubernetes/client-node";
import { ApiFailure } from "./api-failure.ts";

export interface Access {
  /** Path of a kubeconfig. */
  readonly kubeconfig?: string | undefined;
  /** Takes the place of the address in the kubeconfig or of the pod. */
  readonly apiServer?: string | undefined;
  /** Root of the file system in which the service account of the pod is mounted. Only tests have another than `/`. */
  readonly root?: string | undefined;
}

/** Reads everything anew. Rejects with an `ApiFailure`, or what reading a file threw. */
export async function loadAccess({ kubeconfig, apiServer, root = "" }: Access): Promise<KubeConfig> {
  // Loaded when it is needed: the library takes 70 MB and a quarter of a second, which who watches nothing need not pay.
  const { KubeConfig: Loader } = await import("@kubernetes/client-node");
  const config = new Loader();
  if (kubeconfig !== undefined) readKubeconfig(config, kubeconfig);
  else if (process.env.KUBERNETES_SERVICE_HOST) config.loadFromCluster(root);
  else if (apiServer !== undefined)
    config.loadFromClusterAndUser({ name: "", server: apiServer, skipTLSVerify: false }, { name: "" });
  else throw new ApiFailure("configuration", "neither a kubeconfig nor a service account: not in a pod, and none configured");
  config.clusters = config.clusters.map((cluster) => {
    const server = apiServer ?? cluster.server;
    // The library refuses an address without TLS unless it is told that there is nothing to verify.
    return { ...cluster, server, skipTLSVerify: cluster.skipTLSVerify || server.startsWith("http:") };
  });
  return config;
}

function readKubeconfig(config: KubeConfig, file: string): void {
  try {
    config.loadFromFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error) throw error;
    // The parser shows the lines around the mistake, and tokens stand in them; so no cause either.
    const line = (error as { readonly mark?: { readonly line?: number } }).mark?.line;
    const where = line === undefined ? "" : `, at line ${line + 1}`;
    throw new ApiFailure("configuration", `${file} is not a kubeconfig${where}`);
  }
}
