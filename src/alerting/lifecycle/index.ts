/** The lifecycle's public face. */
export type { Finding } from "./finding.ts";
export { acknowledge, type Operation, type OperationResult, resolveByHand } from "./operate.ts";
export { DEFAULT_LIFECYCLE_POLICY, type LifecyclePolicy } from "./policy.ts";
export { type ReconcileInput, type Reconciliation, reconcile } from "./reconcile.ts";
