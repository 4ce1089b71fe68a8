import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Environment } from './scrubbed-environment.ts';

/** What commands may not see, and what of it they need all the same. Of rules inside each other the deeper one wins. */
export interface Visibility {
  readonly hidden: readonly string[];
  readonly readable: readonly string[];
}

export interface VisibilityRequest {
  readonly env: Environment;
  /** Folders that no command may see: Forge's own state, the person's repository. */
  readonly hidden: readonly string[];
  /** What commands must be able to read although it may lie in a hidden folder, such as the repository's objects. */
  readonly readable: readonly string[];
}

/** Where people keep what is theirs, also when HOME says something else, as in many containers. */
const homes = ['/root', '/home'];
/** Sockets through which a command could act as the person. */
const sockets = ['/run/user', '/run/docker.sock', '/run/containerd', '/run/podman'];
/** Variables that say where keys and settings lie, if not in the home folder. */
const placesOfKeys = [
  ...['SSH_AUTH_SOCK', 'GNUPGHOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR'],
  ...['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE', 'GOOGLE_APPLICATION_CREDENTIALS', 'CLOUDSDK_CONFIG'],
  ...['AZURE_CONFIG_DIR', 'KUBECONFIG', 'DOCKER_CONFIG', 'GH_CONFIG_DIR', 'GIT_CONFIG_GLOBAL', 'NETRC', 'CURL_HOME'],
  ...['NPM_CONFIG_USERCONFIG', 'npm_config_userconfig', 'PIP_CONFIG_FILE', 'VAULT_TOKEN_FILE'],
];

/** Toolchains that people keep below their home folder, which is hidden otherwise. */
const toolchains = [
  ...['.cargo', '.rustup', '.pyenv', '.rbenv', '.nvm', '.volta', '.asdf', '.local/share/mise', '.local/share/pnpm'],
  ...['.bun', '.deno', '.sdkman', 'go', '.local/bin', '.local/lib'],
];
/** Variables that say where toolchains and certificates lie. */
const placesOfToolchains = [
  ...['JAVA_HOME', 'GRADLE_HOME', 'MAVEN_HOME', 'M2_HOME', 'ANDROID_HOME', 'ANDROID_SDK_ROOT', 'SDKMAN_DIR', 'GOROOT'],
  ...['RUSTUP_HOME', 'NVM_DIR', 'VOLTA_HOME', 'PNPM_HOME', 'BUN_INSTALL', 'PYENV_ROOT', 'VIRTUAL_ENV', 'CONDA_PREFIX'],
  ...['RBENV_ROOT', 'GEM_HOME', 'DOTNET_ROOT', 'ASDF_DIR', 'ASDF_DATA_DIR', 'MISE_DATA_DIR'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'],
];
/** Files with keys that lie among the programs of a toolchain. */
const keysInToolchains = ['credentials', 'credentials.toml', '.npmrc', '.netrc'];

export function visibilityOf({ env, hidden, readable }: VisibilityRequest): Visibility {
  const home = env['HOME'];
  const secret = new Set([
    ...homes,
    ...(home === undefined ? [] : [home]),
    ...hidden,
    ...sockets,
    ...pathsIn(env, placesOfKeys),
  ]);
  const useful = [
    ...(home === undefined ? [] : toolchains.map((path) => join(home, path))),
    ...pathsIn(env, placesOfToolchains),
    ...programFolders(env, secret),
  ].filter((path) => path !== '/' && !secret.has(path));
  const keys = useful.flatMap((path) => keysInToolchains.map((name) => join(path, name)));
  return { hidden: [...secret, ...new Set(keys)], readable: [...new Set([...readable, ...useful])] };
}

function pathsIn(env: Environment, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => (env[name] ?? '').split(':')).filter((path) => isAbsolute(path));
}

/** Folders of PATH with what their programs need beside them: `…/bin` means all of `…`, unless that is hidden. */
function programFolders(env: Environment, secret: ReadonlySet<string>): readonly string[] {
  return pathsIn(env, ['PATH']).map((entry) => {
    const parent = dirname(entry);
    return basename(entry) === 'bin' && parent !== '/' && !secret.has(parent) ? parent : entry;
  });
}
