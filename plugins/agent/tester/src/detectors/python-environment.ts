import type { ProjectView } from '../project-view.ts';

export interface PythonEnvironment {
  readonly setup: readonly (readonly string[])[];
  /** Program and arguments before `-m`. */
  readonly interpreter: readonly string[];
}

const locked: readonly (PythonEnvironment & { readonly lock: string })[] = [
  { lock: 'uv.lock', setup: [['uv', 'sync', '--frozen']], interpreter: ['uv', 'run', '--frozen', 'python'] },
  {
    lock: 'poetry.lock',
    setup: [['poetry', 'install', '--no-interaction']],
    interpreter: ['poetry', 'run', 'python'],
  },
  { lock: 'Pipfile.lock', setup: [['pipenv', 'sync', '--dev']], interpreter: ['pipenv', 'run', 'python'] },
];

const requirementFiles = [
  'requirements.txt',
  'requirements-dev.txt',
  'requirements-test.txt',
  'requirements_dev.txt',
  'dev-requirements.txt',
  'test-requirements.txt',
];
/** Extras of a package under which the needs of tests usually stand. */
const testExtra = /^\s*"?(test|tests|testing|dev)"?\s*=/m;

/** Requirements files that ask for something. */
export function requirementsOf(view: ProjectView): string[] {
  const asks = (text: string) => text.split('\n').some((line) => /^\s*[^#\s]/.test(line));
  return requirementFiles.filter((file) => view.has(file) && asks(view.manifests[file] ?? 'unread'));
}

/**
 * What to prepare before Python runs. A project without dependencies uses the machine's own Python; one with a lock
 * file its own tool; any other a virtual environment, because a system's Python refuses packages.
 */
export function pythonEnvironment(view: ProjectView, extras: readonly string[]): PythonEnvironment {
  const tool = locked.find(({ lock }) => view.has(lock));
  if (tool !== undefined) return { setup: tool.setup, interpreter: tool.interpreter };

  const wanted = wantedPackages(view).flatMap((name) => (name.startsWith('.') ? ['-e', name] : ['-r', name]));
  if (wanted.length === 0) return { setup: [], interpreter: ['python3'] };
  const interpreter = '.venv/bin/python';
  return {
    setup: [
      ['python3', '-m', 'venv', '.venv'],
      [interpreter, '-m', 'pip', 'install', '--quiet', ...extras, ...wanted],
    ],
    interpreter: [interpreter],
  };
}

/** Requirements files, and the project itself as `.` or `.[extra]` when it depends on something. None with a lock file. */
export function wantedPackages(view: ProjectView): string[] {
  return locked.some(({ lock }) => view.has(lock)) ? [] : [...requirementsOf(view), ...ownPackage(view)];
}

function ownPackage(view: ProjectView): string[] {
  const pyproject = view.manifests['pyproject.toml'] ?? '';
  const extras = section(pyproject, 'project.optional-dependencies');
  const extra = testExtra.exec(extras)?.[1];
  if (extra !== undefined) return [`.[${extra}]`];
  return /^\s*dependencies\s*=\s*\[\s*(#[^\n]*\n\s*)*["']/m.test(section(pyproject, 'project')) ? ['.'] : [];
}

/** The text of one table of a TOML file. */
function section(toml: string, name: string): string {
  const lines = toml.split('\n');
  const at = lines.findIndex((line) => line.trim() === `[${name}]`);
  if (at < 0) return '';
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => /^\s*\[[^\]"',]+\]\s*(#.*)?$/.test(line));
  return (end < 0 ? rest : rest.slice(0, end)).join('\n');
}
