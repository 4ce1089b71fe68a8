/** The same thing, but for making sure before each of its deeds that the run is still this process's. */
export function whileHeld<T extends object>(thing: T, holdLease: () => Promise<void>): T {
  const held =
    (member: (...args: unknown[]) => unknown) =>
    async (...args: unknown[]) => {
      await holdLease();
      return member.apply(thing, args);
    };
  const members = Object.entries(thing) as [string, unknown][];
  return Object.fromEntries(
    members.map(([name, member]) => [name, typeof member === 'function' ? held(member as never) : member]),
  ) as T;
}
