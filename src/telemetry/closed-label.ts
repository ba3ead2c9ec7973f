/** A label function that lets only known values through; anything else is `other`, so that no input can grow the metrics. */
export function closedLabel(known: readonly string[]): (value: string) => string {
  const values = new Set(known);
  return (value) => (values.has(value) ? value : "other");
}

/** A label function that lets the first `most` different values through; later ones are `other`. */
export function boundedLabel(most: number): (value: string) => string {
  const values = new Set<string>();
  return (value) => {
    if (values.size < most) values.add(value);
    return values.has(value) ? value : "other";
  };
}
