/**
 * Whoever asks for the same at the same time shares one reading. Who asks while it is being read gets the next reading,
 * never one that began before they asked: it may not know yet what they have just changed.
 */
export function shareReads<Found>(read: (key: string) => Promise<Found>): (key: string) => Promise<Found> {
  const readings = new Map<string, { readonly now: Promise<Found>; next?: Promise<Found> }>();

  function begin(key: string): Promise<Found> {
    const now = read(key).finally(() => {
      if (readings.get(key)?.next === undefined) readings.delete(key);
    });
    readings.set(key, { now });
    return now;
  }

  return (key) => {
    const reading = readings.get(key);
    if (reading === undefined) return begin(key);
    return (reading.next ??= reading.now.then(
      () => begin(key),
      () => begin(key),
    ));
  };
}
