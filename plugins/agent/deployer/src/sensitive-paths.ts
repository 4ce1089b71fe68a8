import type { RiskLevel } from '@forge/plugin-api';

export interface SensitivePath {
  readonly risk: RiskLevel;
  /** What such files are, as the reason says it. */
  readonly what: string;
  /** Tried on the path from the top of the repository. */
  readonly pattern: RegExp;
}

/** Files whose change says more about risk than its size does. A path may be in several rows. */
export const sensitivePaths: readonly SensitivePath[] = [
  {
    risk: 'high',
    what: 'continuous integration',
    pattern:
      /^(\.github\/(workflows|actions)\/|\.gitlab-ci\.ya?ml$|\.circleci\/|\.buildkite\/|\.travis\.ya?ml$|\.ci\/)|(^|\/)(Jenkinsfile|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml)$/,
  },
  {
    risk: 'high',
    what: 'code that tools run by themselves',
    pattern:
      /^(\.husky|\.githooks|\.devcontainer)\/|(^|\/)(\.gitattributes|\.gitmodules|\.envrc|lefthook\.ya?ml|\.pre-commit-config\.yaml)$|^forge\.config\.[^/]+$|^\.forge\//,
  },
  {
    risk: 'high',
    what: 'infrastructure',
    pattern:
      /(^|\/)(Dockerfile[^/]*|[^/]*compose[^/]*\.ya?ml|[^/]+\.tf(vars)?|Procfile|Chart\.yaml|serverless\.ya?ml|fly\.toml|vercel\.json|netlify\.toml)$|(^|\/)(helm|k8s|kubernetes|terraform|ansible)\//i,
  },
  {
    risk: 'high',
    what: 'database migrations',
    pattern: /(^|\/)(migrations?|migrate|alembic)\/|\.sql$|(^|\/)(schema\.prisma|schema\.rb)$/i,
  },
  {
    risk: 'high',
    what: 'secrets or keys',
    pattern: /(^|\/)\.env(\.[^/]+)?$|\.(pem|key|p12|pfx|jks)$|(^|\/)(credentials|secrets)[^/]*\.(json|ya?ml|toml)$/i,
  },
  {
    risk: 'medium',
    what: 'code that security depends on',
    pattern:
      /(^|[/._-])(auth|authn|authz|authentication|authorization|login|logins|session|sessions|passwords?|crypto|tokens?|permissions?|acl|oauth|saml|jwt|csrf|cors|payments?|billing)([/._-]|$)/i,
  },
  {
    risk: 'medium',
    what: 'dependencies',
    pattern:
      /(^|\/)(package\.json|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|pnpm-workspace\.yaml|yarn\.lock|bun\.lockb?|\.npmrc|requirements[^/]*\.txt|pyproject\.toml|poetry\.lock|uv\.lock|Pipfile(\.lock)?|setup\.(py|cfg)|go\.(mod|sum)|Cargo\.(toml|lock)|pom\.xml|build\.gradle(\.kts)?|gradle\.lockfile|Gemfile(\.lock)?|composer\.(json|lock))$/,
  },
  {
    risk: 'medium',
    what: 'instructions to agents',
    pattern: /(^|\/)(AGENTS\.md|CLAUDE\.md|GEMINI\.md|\.cursorrules|\.mcp\.json)$|^\.(cursor|claude)\//,
  },
];

const document = /\.(md|mdx|rst|txt|adoc)$|(^|\/)(LICENSE|CHANGELOG|docs?)(\/|$)/i;
const test =
  /(^|\/)(tests?|__tests__|spec)\/|[._-](test|spec)\.[^/]+$|_test\.[^/]+$|(^|\/)test_[^/]+\.py$|Tests?\.(java|kt|cs)$/;

export const isDocument = (path: string): boolean => document.test(path) && !/requirements[^/]*\.txt$/.test(path);
export const isTest = (path: string): boolean => test.test(path);
