/** Something of the plugin API that will go. */
export interface Deprecation {
  /**
   * A field of the manifest (`manifest.optIn`, `manifest.permissions.env`), a member of what `setup` gets
   * (`setup.readTrusted`), or an export of this package (`runToolLoop`).
   */
  readonly name: string;
  /** The version of the plugin API that said so first. */
  readonly since: string;
  /** The version without it. */
  readonly goneIn: string;
  /** The day before which that version does not come: `2027-06-30`. */
  readonly notBefore: string;
  /** What to use, in a few words. */
  readonly instead: string;
}

/** All of them: plugins that use one are warned with its day. docs/plugin-upgrades.md lists them, too. */
export const deprecations: readonly Deprecation[] = [];
