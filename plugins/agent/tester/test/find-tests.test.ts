import type { ProjectFacts } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import { findTests, looksTested } from '../src/find-tests.ts';
import { packageJson, project } from './project.ts';

const script = (test: string, more: object = {}) => packageJson({ scripts: { test }, ...more });
const packages = { devDependencies: { a: '1' } };

/** Name, project, command, runner, setup. */
const found: readonly [string, ProjectFacts, string, string, (readonly string[])?][] = [
  ['npm script', project(script('node --test')), 'npm test', 'node-test'],
  [
    'npm with a lock file',
    project({ ...script('vitest run', packages), 'package-lock.json': '' }),
    'npm test',
    'vitest',
    ['npm ci'],
  ],
  ['npm without a lock file', project(script('jest', packages)), 'npm test', 'jest', ['npm install']],
  ['a lock file but no dependencies', project({ ...script('mocha'), 'package-lock.json': '' }), 'npm test', 'mocha'],
  [
    'npm workspaces',
    project({ ...script('jest', { workspaces: ['a'] }), 'package-lock.json': '' }),
    'npm test',
    'jest',
    ['npm ci'],
  ],
  [
    'pnpm by its lock file',
    project({ ...script('vitest', packages), 'pnpm-lock.yaml': '' }),
    'pnpm test',
    'vitest',
    ['pnpm install --frozen-lockfile'],
  ],
  [
    'pnpm as declared',
    project(script('vitest', { packageManager: 'pnpm@9.1.0', ...packages })),
    'pnpm test',
    'vitest',
    ['pnpm install'],
  ],
  [
    'the declared one wins over a lock file',
    project({ ...script('vitest', { packageManager: 'pnpm@9.1.0' }), 'yarn.lock': '' }),
    'pnpm test',
    'vitest',
  ],
  [
    'yarn 1 by its lock file',
    project({ ...script('jest', packages), 'yarn.lock': '' }),
    'yarn test',
    'jest',
    ['yarn install --frozen-lockfile'],
  ],
  [
    'yarn 1 as declared',
    project({ ...script('jest', { packageManager: 'yarn@1.22.22', ...packages }), 'yarn.lock': '', '.yarnrc.yml': '' }),
    'yarn test',
    'jest',
    ['yarn install --frozen-lockfile'],
  ],
  [
    'yarn 4 by its settings',
    project({ ...script('jest', packages), 'yarn.lock': '', '.yarnrc.yml': '' }),
    'yarn test',
    'jest',
    ['yarn install --immutable'],
  ],
  [
    'yarn 4 as declared',
    project({ ...script('jest', { packageManager: 'yarn@4.5.0', ...packages }), 'yarn.lock': '' }),
    'yarn test',
    'jest',
    ['yarn install --immutable'],
  ],
  [
    'bun',
    project({ ...script('bun test', packages), 'bun.lock': '' }),
    'bun run test',
    'unknown',
    ['bun install --frozen-lockfile'],
  ],
  [
    'a script that calls another',
    project(packageJson({ scripts: { test: 'npm run lint && npm run test:unit', 'test:unit': 'vitest run' } })),
    'npm test',
    'vitest',
  ],
  [
    'a script that calls itself',
    project(packageJson({ scripts: { test: 'npm run a', a: 'npm run test' } })),
    'npm test',
    'unknown',
  ],
  ['two runners', project(script('vitest run && mocha')), 'npm test', 'unknown'],
  ['a script of its own', project(script('./scripts/test.sh')), 'npm test', 'unknown'],
  ['react-scripts', project(script('react-scripts test')), 'npm test', 'jest'],
  ['a TypeScript loader', project(script('node --import tsx --test "test/**/*.ts"')), 'npm test', 'node-test'],
  ['tsx', project(script('tsx --test')), 'npm test', 'node-test'],
  ['tape', project(script('tape test/*.js')), 'npm test', 'tap'],
  ['a name that only contains a runner', project(script('jest-lite')), 'npm test', 'unknown'],
  [
    'vitest without a script',
    project(packageJson({ devDependencies: { vitest: '5' } })),
    'npx --no-install vitest run',
    'vitest',
    ['npm install'],
  ],
  [
    'jest without a script, pnpm',
    project({ ...packageJson({ devDependencies: { jest: '30' } }), 'pnpm-lock.yaml': '' }),
    'pnpm exec jest',
    'jest',
    ['pnpm install --frozen-lockfile'],
  ],
  [
    'the placeholder of npm init',
    project({ ...script('echo "Error: no test specified" && exit 1'), 'test/a.js': '' }),
    'node --test',
    'node-test',
  ],
  ['test files without a package', project(['add.mjs', 'add.test.mjs']), 'node --test', 'node-test'],
  [
    'a broken package.json beside test files',
    project({ 'package.json': '{"scripts": {', 'test/a.js': '' }),
    'node --test',
    'node-test',
  ],

  ['pytest.ini', project(['pytest.ini', 'tests/test_a.py']), 'python3 -m pytest', 'pytest'],
  ['a conftest', project(['conftest.py', 'tests/test_a.py']), 'python3 -m pytest', 'pytest'],
  [
    'pytest in pyproject.toml',
    project({ 'pyproject.toml': '[tool.pytest.ini_options]\n', 'a_test.py': '' }),
    'python3 -m pytest',
    'pytest',
  ],
  [
    'pytest in requirements',
    project({ 'requirements-dev.txt': 'pytest>=8\n', 'test_a.py': '' }),
    '.venv/bin/python -m pytest',
    'pytest',
    ['python3 -m venv .venv', '.venv/bin/python -m pip install --quiet pytest -r requirements-dev.txt'],
  ],
  [
    'requirements without pytest',
    project({ 'requirements.txt': 'flask\n', 'tests/test_a.py': '' }),
    '.venv/bin/python -m pytest',
    'pytest',
    ['python3 -m venv .venv', '.venv/bin/python -m pip install --quiet pytest -r requirements.txt'],
  ],
  [
    'requirements that ask for nothing',
    project({ 'requirements.txt': '# none\n', 'conftest.py': '', 'test_a.py': '' }),
    'python3 -m pytest',
    'pytest',
  ],
  [
    'dependencies in pyproject.toml',
    project({
      'pyproject.toml':
        '[project]\nname = "a"\ndependencies = [\n  "flask[async]>=3",\n]\n\n[tool.pytest.ini_options]\n',
      'test_a.py': '',
    }),
    '.venv/bin/python -m pytest',
    'pytest',
    ['python3 -m venv .venv', '.venv/bin/python -m pip install --quiet pytest -e .'],
  ],
  [
    'an extra for tests',
    project({
      'pyproject.toml': '[project]\ndependencies = []\n[project.optional-dependencies]\ntest = ["pytest"]\n',
      'test_a.py': '',
    }),
    '.venv/bin/python -m pytest',
    'pytest',
    ['python3 -m venv .venv', '.venv/bin/python -m pip install --quiet pytest -e .[test]'],
  ],
  [
    'dependencies of something else in pyproject.toml',
    project({
      'pyproject.toml': '[project]\nname = "a"\n[tool.x]\ndependencies = ["b"]\n[tool.pytest.ini_options]\n',
      'test_a.py': '',
    }),
    'python3 -m pytest',
    'pytest',
  ],
  [
    'no dependencies in pyproject.toml',
    project({ 'pyproject.toml': '[project]\ndependencies = []\n[tool.pytest.ini_options]\n', 'test_a.py': '' }),
    'python3 -m pytest',
    'pytest',
  ],
  [
    'uv',
    project({ 'pyproject.toml': '[dependency-groups]\ndev = ["pytest"]\n', 'uv.lock': '', 'tests/test_a.py': '' }),
    'uv run --frozen python -m pytest',
    'pytest',
    ['uv sync --frozen'],
  ],
  [
    'poetry',
    project({ 'pyproject.toml': 'pytest = "^8"\n', 'poetry.lock': '', 'tests/test_a.py': '' }),
    'poetry run python -m pytest',
    'pytest',
    ['poetry install --no-interaction'],
  ],
  [
    'django',
    project({ 'manage.py': 'import django', 'requirements.txt': 'django\n', 'shop/tests.py': '' }),
    '.venv/bin/python manage.py test',
    'unittest',
    ['python3 -m venv .venv', '.venv/bin/python -m pip install --quiet -r requirements.txt'],
  ],
  ['django with pytest', project(['manage.py', 'pytest.ini', 'shop/tests.py']), 'python3 -m pytest', 'pytest'],
  ['unittest at the top', project(['a.py', 'test_a.py']), 'python3 -m unittest discover', 'unittest'],
  [
    'unittest in a folder',
    project(['a.py', 'tests/test_a.py', 'tests/deep/test_b.py']),
    'python3 -m unittest discover -s tests',
    'unittest',
  ],
  [
    'unittest in a package',
    project(['a.py', 'tests/__init__.py', 'tests/test_a.py']),
    'python3 -m unittest discover -s tests -t .',
    'unittest',
  ],
  ['unittest by suffix', project(['a.py', 'a_test.py']), 'python3 -m unittest discover -p *_test.py', 'unittest'],

  ['go', project(['go.mod', 'add.go', 'add_test.go']), 'go test -v ./...', 'go'],
  ['cargo', project(['Cargo.toml', 'src/lib.rs']), 'cargo test', 'cargo'],
  ['maven', project(['pom.xml', 'src/test/java/ATest.java']), 'mvn --batch-mode test', 'maven'],
  ['maven with a wrapper', project(['pom.xml', 'mvnw']), './mvnw --batch-mode test', 'maven'],
  ['gradle', project(['build.gradle', 'src/test/java/ATest.java']), 'gradle --console=plain test', 'gradle'],
  [
    'gradle with a wrapper and Kotlin',
    project(['settings.gradle.kts', 'app/build.gradle.kts', 'gradlew']),
    './gradlew --console=plain test',
    'gradle',
  ],
  ['make', project({ Makefile: 'all:\n\tcc a.c\n\ntest: all\n\t./run-tests\n', 'a.c': '' }), 'make test', 'unknown'],
  ['make check', project({ Makefile: '.PHONY: check\ncheck:\n\tprove\n' }), 'make check', 'unknown'],
  [
    'make with a known runner',
    project({ Makefile: 'test:\n\tpython3 -m unittest\n\nclean:\n\tgo test\n' }),
    'make test',
    'unittest',
  ],
  [
    'make with a known runner behind a dependency',
    project({ Makefile: 'unit:\n\tgo test ./...\ntest: unit lint\nlint:\n\ttrue\n' }),
    'make test',
    'go',
  ],

  [
    'the language with more files wins',
    project({ ...script('node --test'), 'go.mod': '', 'a.go': '', 'a_test.go': '', 'b.go': '', 'web/a.js': '' }),
    'go test -v ./...',
    'go',
  ],
  [
    'python is known better than make',
    project({ Makefile: 'test:\n\ttox\n', 'pytest.ini': '', 'test_a.py': '' }),
    'python3 -m pytest',
    'pytest',
  ],
];

test.each(found)('%s', (_name, facts, command, runner, setup = []) => {
  const output = findTests(facts);
  expect(output?.test).toEqual({ command: expect.any(Array), directory: '.', runner });
  expect(output?.test?.command.join(' ')).toBe(command);
  expect(output?.setup.map((step) => step.command.join(' '))).toEqual(setup);
  expect(output?.reason).not.toBe('');
});

test('one project below the top', () => {
  expect(findTests(project(['README.md', 'backend/go.mod', 'backend/a.go', 'backend/a_test.go']))).toEqual({
    test: { command: ['go', 'test', '-v', './...'], directory: 'backend', runner: 'go' },
    setup: [],
    reason: 'go.mod and a_test.go, in backend',
  });
});

test('a project below the top is tested in its own folder, not from the top', () => {
  expect(findTests(project(['README.md', 'tool/pyproject.toml', 'tool/test_a.py']))?.test).toEqual({
    command: ['python3', '-m', 'unittest', 'discover'],
    directory: 'tool',
    runner: 'unittest',
  });
});

test('what a repository holds does not hold the rules up', () => {
  const many = Array.from({ length: 400 }, () => 'npm run a').join(' && ');
  const scripts = packageJson({ scripts: { test: many, a: many.replaceAll(' a', ' b'), b: many, c: many } });
  const toml = `[project]\ndependencies = [${'#'.repeat(5000)}\n${'# x\n'.repeat(2000)}`;
  expect(findTests(project(scripts))?.test?.runner).toBe('unknown');
  expect(findTests(project({ 'pyproject.toml': toml, 'test_a.py': '' }))?.test?.runner).toBe('unittest');
});

const unknown: readonly [string, ProjectFacts, boolean][] = [
  ['two projects below the top', project(['a/go.mod', 'a/a_test.go', 'b/Cargo.toml', 'b/src/lib.rs']), true],
  ['a package below the top, whose scripts are not known', project(['web/package.json', 'web/src/a.test.ts']), true],
  ['go without tests', project(['go.mod', 'main.go']), false],
  ['a Makefile with other targets', project({ Makefile: 'test-data:\n\ttrue\ntests := 3\n' }), false],
  ['an example is not the project', project(['examples/demo/go.mod', 'examples/demo/a_test.go']), true],
  ['a language without a rule', project(['Gemfile', 'spec/a_spec.rb']), true],
  ['only a workflow', project(['.github/workflows/ci.yml', 'main.zig']), true],
  ['nothing at all', project([]), false],
  ['words that only contain test', project(['src/latest.c', 'src/contest.c', 'attestation.md']), false],
];

test.each(unknown)('no rule fits: %s', (_name, facts, tested) => {
  expect(findTests(facts)).toBeUndefined();
  expect(looksTested(facts)).toBe(tested);
});
