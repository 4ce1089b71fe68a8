import { isAbsolute } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ScrubbedEnvironmentOptions {
  /** The environment Forge itself was started with. */
  readonly source: Environment;
  /** A private folder: `~` must not lead to the user's keys and tokens. */
  readonly home: string;
  readonly temporaryDirectory: string;
  /** Further names the user allows on purpose. Their values are not looked at. */
  readonly allow?: readonly string[];
}

/** Passed on when set. Whatever is not named here, or allowed by the user, stays outside. */
const PASSED_ON = [
  ...['LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'LC_COLLATE', 'LC_MESSAGES', 'LC_NUMERIC', 'LC_TIME', 'TZ'],
  ...['USER', 'LOGNAME', 'SHELL'],
  // Toolchains
  ...['JAVA_HOME', 'GRADLE_HOME', 'MAVEN_HOME', 'M2_HOME', 'ANDROID_HOME', 'ANDROID_SDK_ROOT', 'SDKMAN_DIR'],
  ...['GOROOT', 'GOTOOLCHAIN', 'GOPROXY', 'GOFLAGS', 'GONOSUMDB', 'GOPRIVATE', 'GOSUMDB'],
  ...['RUSTUP_HOME', 'RUSTUP_TOOLCHAIN', 'NVM_DIR', 'NVM_BIN', 'VOLTA_HOME', 'PNPM_HOME', 'BUN_INSTALL'],
  ...['PYENV_ROOT', 'PYENV_VERSION', 'VIRTUAL_ENV', 'CONDA_PREFIX', 'CONDA_DEFAULT_ENV', 'RBENV_ROOT', 'RBENV_VERSION'],
  ...['GEM_HOME', 'GEM_PATH', 'DOTNET_ROOT', 'ASDF_DIR', 'ASDF_DATA_DIR', 'MISE_DATA_DIR', 'NIX_PATH', 'NIX_PROFILES'],
  ...['LD_LIBRARY_PATH', 'PKG_CONFIG_PATH', 'CC', 'CXX', 'HOMEBREW_PREFIX', 'HOMEBREW_CELLAR', 'HOMEBREW_REPOSITORY'],
  // How the network is reached
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
  ...['npm_config_registry', 'NPM_CONFIG_REGISTRY', 'YARN_NPM_REGISTRY_SERVER', 'PIP_INDEX_URL', 'UV_INDEX_URL'],
];

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** Nobody sits at the terminal: no colours, no pager, no prompt, no watch mode. */
const FIXED = {
  CI: 'true',
  TERM: 'dumb',
  NO_COLOR: '1',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'true',
  GIT_TERMINAL_PROMPT: '0',
} as const;

/**
 * Toolchains that look for themselves in the home folder, which is another one here. When PATH shows that one is in
 * use, it is told where it lives.
 */
const HOME_TOOLCHAINS = [
  { onPath: '.cargo/bin', variable: 'RUSTUP_HOME', folder: '.rustup' },
  { onPath: '.pyenv/', variable: 'PYENV_ROOT', folder: '.pyenv' },
  { onPath: '.rbenv/', variable: 'RBENV_ROOT', folder: '.rbenv' },
  { onPath: '.volta/', variable: 'VOLTA_HOME', folder: '.volta' },
  { onPath: '.asdf/', variable: 'ASDF_DATA_DIR', folder: '.asdf' },
  { onPath: '.local/share/mise', variable: 'MISE_DATA_DIR', folder: '.local/share/mise' },
];

/** An allowed name does not make its value harmless: a proxy or registry URL may carry a password. */
const SECRET_VALUES = [
  /\/\/[^\s/?#]*@/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:sk|pk|rk)-[\w-]{16,}/,
  /\b(?:gh[pousr]_|github_pat_|glpat-|npm_|xox[abeoprs]-|AIza|hf_)[\w-]{16,}/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/,
  /[?&](?:token|key|secret|password|auth)=/i,
];

/**
 * The least environment a tool can work in. Only listed names come through, and of those none whose value looks like
 * a credential, so no secret of the user's environment is seen. HOME, TMPDIR and the terminal settings are set anew.
 */
export function scrubbedEnvironment(options: ScrubbedEnvironmentOptions): Record<string, string> {
  const { source } = options;
  const passed = PASSED_ON.flatMap((name) => {
    const value = source[name];
    return value === undefined || SECRET_VALUES.some((pattern) => pattern.test(value)) ? [] : [[name, value]];
  });
  const allowed = (options.allow ?? []).flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]]));
  return {
    PATH: DEFAULT_PATH,
    ...homeToolchains(source),
    ...Object.fromEntries(passed),
    ...absolutePath(source.PATH),
    ...FIXED,
    ...Object.fromEntries(allowed),
    HOME: options.home,
    TMPDIR: options.temporaryDirectory,
  };
}

/** A relative folder on PATH would be one of the checkout, and what an agent writes there no program of the machine. */
function absolutePath(path: string | undefined): Record<string, string> {
  if (path === undefined) return {};
  return { PATH: path.split(':').filter(isAbsolute).join(':') || DEFAULT_PATH };
}

function homeToolchains(source: Environment): Record<string, string> {
  const home = source.HOME;
  if (home === undefined || source.PATH === undefined) return {};
  const path = source.PATH.split(':');
  const inUse = HOME_TOOLCHAINS.filter(({ onPath }) =>
    path.some((entry) => `${entry}/`.startsWith(`${home}/${onPath}`)),
  );
  return Object.fromEntries(inUse.map(({ variable, folder }) => [variable, `${home}/${folder}`]));
}
