/** What a token may do. `admin` means all of them; each of the others includes `read`. */
export const scopes = ['read', 'run', 'approve', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** May a token with these scopes do what needs that one? */
export function allows(held: readonly Scope[], needed: Scope): boolean {
  return held.includes('admin') || held.includes(needed) || (needed === 'read' && held.length > 0);
}
