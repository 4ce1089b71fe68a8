import { posix } from 'node:path';
import type { Detection, Detector } from '../detector.ts';
import type { ProjectView } from '../project-view.ts';
import { pythonEnvironment, requirementsOf, wantedPackages } from './python-environment.ts';

/** Files that say pytest, and the words that say it; without words the file itself does. */
const pytestSigns: readonly { readonly file: string; readonly words?: RegExp }[] = [
  { file: 'pytest.ini' },
  { file: 'conftest.py' },
  { file: 'tests/conftest.py' },
  { file: 'test/conftest.py' },
  { file: 'pyproject.toml', words: /pytest/ },
  { file: 'setup.cfg', words: /pytest/ },
  { file: 'tox.ini', words: /pytest/ },
  { file: 'Pipfile', words: /pytest/ },
  { file: 'setup.py', words: /pytest/ },
];
const testFile = /(^|\/)(tests|test_[^/]*|[^/]*_test)\.py$/;

/** pytest where something says so, Django's own command, or the standard library's unittest. */
export const python: Detector = {
  name: 'python',
  extensions: ['py'],
  detect(view) {
    const tests = view.files.filter((path) => testFile.test(path));
    if (tests.length === 0) return undefined;
    const sign = pytestSign(view);
    if (sign !== undefined) return withPytest(view, tests, sign);
    if (view.has('manage.py')) return withDjango(view);
    // pytest runs unittest's tests, too, so where packages are installed anyway it comes along.
    const wanted = wantedPackages(view)[0];
    return wanted === undefined ? withUnittest(view, tests) : withPytest(view, tests, wanted);
  },
};

function pytestSign(view: ProjectView): string | undefined {
  const found = pytestSigns.find(({ file, words }) =>
    words === undefined ? view.has(file) : words.test(view.manifests[file] ?? ''),
  );
  return found?.file ?? requirementsOf(view).find((file) => /^\s*pytest/m.test(view.manifests[file] ?? ''));
}

function withPytest(view: ProjectView, tests: readonly string[], sign: string): Detection {
  const { setup, interpreter } = pythonEnvironment(view, ['pytest']);
  return { runner: 'pytest', command: [...interpreter, '-m', 'pytest'], setup, reason: `${tests[0]} and ${sign}` };
}

function withDjango(view: ProjectView): Detection {
  const { setup, interpreter } = pythonEnvironment(view, []);
  return { runner: 'unittest', command: [...interpreter, 'manage.py', 'test'], setup, reason: 'manage.py' };
}

function withUnittest(view: ProjectView, tests: readonly string[]): Detection {
  const { setup, interpreter } = pythonEnvironment(view, []);
  return {
    runner: 'unittest',
    command: [...interpreter, '-m', 'unittest', 'discover', ...startFolder(view, tests), ...pattern(tests)],
    setup,
    reason: `${tests[0]}, and nothing names pytest`,
  };
}

/** Discovery goes down only into packages, so it has to start where the tests are. */
function startFolder(view: ProjectView, tests: readonly string[]): string[] {
  const folder = tests.map((path) => posix.dirname(path)).sort((a, b) => a.length - b.length)[0] ?? '.';
  if (folder === '.') return [];
  return view.has(`${folder}/__init__.py`) ? ['-s', folder, '-t', '.'] : ['-s', folder];
}

function pattern(tests: readonly string[]): string[] {
  return tests.some((path) => posix.basename(path).startsWith('test')) ? [] : ['-p', '*_test.py'];
}
