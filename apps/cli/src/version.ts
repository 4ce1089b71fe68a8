import manifest from '../package.json' with { type: 'json' };

/** The command line's version, which is Forge's. */
export const version: string = manifest.version;
