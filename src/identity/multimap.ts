/** Maps of lists and of sets that are made on first use and dropped when empty. */

export function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

export function pull<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const rest = map.get(key)?.filter((other) => other !== value);
  if (rest === undefined) return;
  if (rest.length === 0) map.delete(key);
  else map.set(key, rest);
}

export function addTo<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  getOrAdd(map, key, () => new Set<V>()).add(value);
}

export function removeFrom<K, V>(map: Map<K, Set<V>>, key: K | undefined, value: V): void {
  if (key === undefined) return;
  const set = map.get(key);
  if (set?.delete(value) === true && set.size === 0) map.delete(key);
}
