/** The policies of the simulated cluster. Names, engines and peers are invented. */

export interface SimulatedPolicy {
  readonly name: string;
  readonly engine: string;
  readonly regimes: readonly string[];
  readonly action: "deny" | "audit" | "warn" | "alert";
  /** Whom the workload tried to reach, for network policies. */
  readonly peers: readonly string[];
}

export const POLICY_CATALOGUE: readonly SimulatedPolicy[] = [
  {
    name: "pci-restrict-egress",
    engine: "calico",
    regimes: ["pci"],
    action: "deny",
    peers: ["db/pci-vault:5432", "world/198.51.100.24:443"],
  },
  {
    name: "hipaa-phi-access",
    engine: "hubble",
    regimes: ["hipaa"],
    action: "deny",
    peers: ["clinic/phi-store:5432", "clinic/phi-archive:9000"],
  },
  { name: "require-run-as-nonroot", engine: "kyverno", regimes: [], action: "audit", peers: [] },
  { name: "pci-cardholder-file-access", engine: "falco", regimes: ["pci"], action: "alert", peers: [] },
  { name: "default-deny-ingress", engine: "hubble", regimes: [], action: "deny", peers: ["world", "monitoring/prometheus:9090"] },
  { name: "shell-in-container", engine: "falco", regimes: [], action: "alert", peers: [] },
  { name: "hipaa-encrypt-in-transit", engine: "istio", regimes: ["hipaa"], action: "deny", peers: ["clinic/phi-gateway:80"] },
  { name: "allowed-registries", engine: "gatekeeper", regimes: [], action: "deny", peers: [] },
  { name: "pci-admin-session", engine: "tetragon", regimes: ["pci"], action: "alert", peers: [] },
  { name: "disallow-host-path", engine: "kyverno", regimes: [], action: "warn", peers: [] },
];
