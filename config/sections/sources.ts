import { z } from "zod";
import { duration, url } from "../scalars.ts";
import { secret } from "../secrets.ts";

/** Names accepted as `source`. */
export const SOURCE_NAMES = [
  "auto",
  "native",
  "falco",
  "hubble",
  "calico",
  "kyverno",
  "gatekeeper",
  "kubernetes-audit",
  "kubernetes-events",
  "tetragon",
  "istio",
  "otlp",
  "kubernetes",
  "cdevents",
  "argocd",
  "flux",
  "github",
  "registry",
] as const;

const cluster = z.string().min(1).optional().describe("Cluster of records that do not name one.");

export const sourcesSection = z
  .strictObject({
    kubernetes: z
      .strictObject({
        kubeconfig: z.string().min(1).optional().describe("Path of a kubeconfig. (Default: the service account of the pod)"),
        api_server: url("Address of the API server. (Default: from kubeconfig or the pod)", ["https", "http"]).optional(),
        namespaces: z.array(z.string().min(1)).describe("Namespaces to watch; none means all.").default([]),
        cluster,
      })
      .optional()
      .describe("Lists and watches pods and their owners for the timeline. Of several daemons one does."),
    hubble: z
      .strictObject({
        address: z.string().min(1).describe("Hubble relay, host:port."),
        ...secret("ca", "Certificate authority of the relay, PEM."),
        cluster,
      })
      .optional()
      .describe("Reads denied flows from Hubble relay."),
    files: z
      .array(
        z.strictObject({
          path: z.string().min(1).describe("File to follow, one record a line."),
          source: z.enum(SOURCE_NAMES).describe("Format of its records.").default("auto"),
          cluster,
          lateness: duration("How late its records may normally arrive. (Default: buckets.lateness)").optional(),
        }),
      )
      .describe("Files that are followed as they grow.")
      .default([]),
    kafka: z
      .strictObject({
        brokers: z.array(z.string().min(1)).min(1).describe("Brokers, host:port."),
        topics: z.array(z.string().min(1)).min(1).describe("Topics to read."),
        group: z.string().min(1).describe("Consumer group.").default("tenfold"),
        source: z.enum(SOURCE_NAMES).describe("Format of its records.").default("auto"),
        username: z.string().min(1).optional().describe("SASL user."),
        ...secret("sasl_password", "SASL password."),
        cluster,
      })
      .optional()
      .describe("Reads records from Kafka."),
  })
  .describe("Sources that are read rather than received over HTTP.");
