/**
 * Room for the numbers of one verdict. A verdict needs thousands of short rows of numbers. A typed array of its own costs
 * about 1 µs to make and something to collect, more than most rows cost to fill; a view of one that is already there costs
 * a thirtieth of it. Rows are therefore cut from one store, which the next verdict uses again.
 */

/** Doubles: 4 MiB, several times what a verdict at its caps needs. What does not fit is made as usual. */
const SIZE = 1 << 19;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

let store: Float64Array<ArrayBuffer> | undefined;
let used = 0;
let open = false;

/**
 * Runs one verdict. Rows that `zeros` hands out meanwhile are void afterwards: what is returned may not contain any. Not
 * for asynchronous work. Within another call it shares that one's room.
 */
export function inRoom<T>(run: () => T): T {
  if (open) return run();
  open = true;
  try {
    return run();
  } finally {
    // All at once, instead of every row when it is handed out.
    store?.fill(0, 0, used);
    used = 0;
    open = false;
  }
}

/** A row of `length` zeros. Outside of `inRoom` an array of its own. */
export function zeros(length: number): Float64Array {
  const end = used + length;
  if (!open || !(end <= SIZE)) return new Float64Array(length);
  store ??= new Float64Array(SIZE);
  const row = new Float64Array(store.buffer, used * BYTES, length);
  used = end;
  return row;
}
