import type { Expression, Program, Property, SpreadElement } from 'acorn';
import { placeAt } from './frame.ts';
import type { Aspect, Source, ValuePath } from './source.ts';

/**
 * A configuration in TypeScript or JavaScript. Places are found in the text without running it: object literals, their
 * spreads, names of the same file, and the arguments of calls such as `defineConfig({…})` or `jira({…})`. What comes
 * from elsewhere is answered with the place where it comes in.
 */
export function codeSource(file: string, text: string): Source {
  return {
    file,
    text,
    locate: async (path, aspect) => {
      const program = await parse(text);
      const top = program === undefined ? undefined : exportedExpression(program);
      if (program === undefined || top === undefined) return undefined;
      const found = find({ names: topLevelNames(program), depth: 0 }, top, path, aspect);
      return placeAt(text, found.node.start, found.node.end - found.node.start);
    },
  };
}

async function parse(text: string): Promise<Program | undefined> {
  const [{ Parser }, { tsPlugin }] = await Promise.all([import('acorn'), import('@sveltejs/acorn-typescript')]);
  try {
    return Parser.extend(tsPlugin()).parse(text, { sourceType: 'module', ecmaVersion: 'latest', locations: true });
  } catch {
    // A text that cannot be parsed has a fault of its own, which loading it has already shown.
    return undefined;
  }
}

/** `export default …`, or `module.exports = …`. */
function exportedExpression(program: Program): Expression | undefined {
  for (const statement of program.body) {
    if (statement.type === 'ExportDefaultDeclaration') return statement.declaration as Expression;
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression') continue;
    const { left, right } = statement.expression;
    if (left.type === 'MemberExpression' && left.property.type === 'Identifier' && left.property.name === 'exports')
      return right;
  }
  return undefined;
}

type Names = ReadonlyMap<string, Expression>;

function topLevelNames(program: Program): Names {
  const declarations = program.body.flatMap((statement) => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    return declaration?.type === 'VariableDeclaration' ? declaration.declarations : [];
  });
  return new Map(
    declarations.flatMap(({ id, init }) => (id.type === 'Identifier' && init ? [[id.name, init] as const] : [])),
  );
}

type Spot = { readonly start: number; readonly end: number };
/** `rest`: how many steps of the path were left when the text had no more to say. */
type Found = { readonly node: Spot; readonly rest: number };
/** `depth` ends names that stand for each other. */
type Search = { readonly names: Names; readonly depth: number };

function find(search: Search, start: Expression, path: ValuePath, aspect: Aspect): Found {
  const node = unwrap(search, start);
  const [step, ...rest] = path;
  if (step === undefined || search.depth > 20) return { node, rest: path.length };
  const deeper = { ...search, depth: search.depth + 1 };

  if (node.type === 'ArrayExpression') {
    const element = node.elements[Number(step)];
    if (element && element.type !== 'SpreadElement') return find(deeper, element, rest, aspect);
  }
  if (node.type === 'ObjectExpression') {
    const property = node.properties.findLast((entry) => entry.type === 'Property' && keyName(entry) === String(step));
    if (property?.type === 'Property') return findInProperty(deeper, property, rest, aspect);
    const spreads = node.properties.filter((entry): entry is SpreadElement => entry.type === 'SpreadElement');
    return best(
      { node, rest: path.length },
      spreads.map((spread) => find(deeper, spread.argument, path, aspect)),
    );
  }
  if (node.type === 'CallExpression') {
    // What a call gives is not known. Its arguments often stand in it, whole or one level down.
    const values = node.arguments.filter((argument) => argument.type !== 'SpreadElement');
    const whole = values.map((argument) => find(deeper, argument, path, aspect));
    const oneDown = values.map((argument) => find(deeper, argument, rest, aspect));
    return best({ node, rest: path.length }, [
      ...whole,
      ...oneDown.filter((found) => rest.length > 0 && found.rest === 0),
    ]);
  }
  return { node, rest: path.length };
}

function findInProperty(search: Search, property: Property, rest: ValuePath, aspect: Aspect): Found {
  if (rest.length === 0 && aspect === 'key') return { node: property.key, rest: 0 };
  return find(search, property.value, rest, aspect);
}

function best(fallback: Found, candidates: readonly Found[]): Found {
  return candidates.reduce((left, right) => (right.rest < left.rest ? right : left), fallback);
}

function keyName(property: Property): string | undefined {
  if (property.key.type === 'Identifier' && !property.computed) return property.key.name;
  return property.key.type === 'Literal' ? String(property.key.value) : undefined;
}

/** What types, brackets, names and `defineConfig` stand around. */
function unwrap({ names }: Search, start: Expression): Expression {
  let node = start;
  for (let turns = 0; turns < 20; turns++) {
    const inner = inside(node, names);
    if (inner === undefined) return node;
    node = inner;
  }
  return node;
}

function inside(node: Expression, names: Names): Expression | undefined {
  // The TypeScript plugin adds its own types of nodes, which acorn's declarations do not name.
  switch (node.type as string) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return (node as unknown as { readonly expression: Expression }).expression;
    case 'Identifier':
      return names.get((node as unknown as { readonly name: string }).name);
    default:
      return undefined;
  }
}
