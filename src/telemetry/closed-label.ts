/** A label function that lets only known values through; anything else is `other`, so that no input can grow the metrics. */
export function closedLabel(known: readonly string[]): (value: string) => string {
  const values = new Set(known);
  return (value) => (values.has(value) ? value : "other");
}
