// @ts-check

/**
 * The npm packages that carry Node and pnpm as plain binaries for a platform. Whether they exist is another matter:
 * only those pinned in toolchain.json are ever fetched.
 *
 * @param {{ platform: string, arch: string, musl: boolean }} machine
 * @returns {{ node: string, pnpm: string }}
 */
export function packagesFor({ platform, arch, musl }) {
  const libc = musl ? '-musl' : '';
  return {
    node: `node-${platform === 'win32' ? 'win' : platform}-${arch}${libc}`,
    pnpm: `@pnpm/exe.${platform}-${arch}${libc}`,
  };
}

/** The machine this process runs on. */
export function thisMachine() {
  return { platform: process.platform, arch: process.arch, musl: process.platform === 'linux' && !usesGlibc() };
}

/**
 * Whether a Node version is inside a range of the form `^24.15 || >=26`, the only form the pins use.
 *
 * @param {string} version
 * @param {string} range
 */
export function satisfies(version, range) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return range.split('||').some((part) => {
    const [, sign, wantedMajor, wantedMinor = '0'] = /^\s*(\^|>=)(\d+)(?:\.(\d+))?\s*$/.exec(part) ?? [];
    if (sign === undefined) throw new Error(`cannot read the version range "${range}"`);
    if (major === Number(wantedMajor)) return minor >= Number(wantedMinor);
    return sign === '>=' && major > Number(wantedMajor);
  });
}

function usesGlibc() {
  // Without it the report may look up names in the network.
  Object.assign(process.report, { excludeNetwork: true });
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header.glibcVersionRuntime !== undefined;
}
