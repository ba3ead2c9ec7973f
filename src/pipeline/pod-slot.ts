/** Slots per series and minute in which the companion count tells pods apart. */
export const POD_SLOTS = 64;

/**
 * Slot of a pod, 0..63: FNV-1a of its uid or name modulo 64. Two pods in one slot only lower the companion count, which
 * is safe. All events without a pod share slot 0.
 */
export function podSlot(pod: string | undefined): number {
  if (pod === undefined) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < pod.length; i++) hash = Math.imul(hash ^ pod.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % POD_SLOTS;
}
