/** Merges streams that are each roughly in time order into one: the stream whose next item is oldest goes first. */

export interface Timed {
  /** Milliseconds. */
  readonly time: number;
}

/** Items of equal time come in the order of the streams. Holds one item per stream in memory. */
export async function* mergeByTime<T extends Timed>(streams: readonly AsyncIterator<T>[]): AsyncGenerator<T> {
  const heads: (T | undefined)[] = [];
  for (const stream of streams) heads.push(await nextOf(stream));
  for (;;) {
    let oldest = -1;
    for (let i = 0; i < heads.length; i++) {
      const head = heads[i];
      const best = heads[oldest];
      if (head && (!best || head.time < best.time)) oldest = i;
    }
    const item = heads[oldest];
    const stream = streams[oldest];
    if (!item || !stream) return;
    yield item;
    heads[oldest] = await nextOf(stream);
  }
}

async function nextOf<T>(stream: AsyncIterator<T>): Promise<T | undefined> {
  const { done, value } = await stream.next();
  return done ? undefined : value;
}
