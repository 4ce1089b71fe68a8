import type { Comment, Expression, Program, Property } from 'acorn';

/** A configuration in TypeScript or JavaScript as a syntax tree: what it exports is looked up without running it. */
export interface CodeTree {
  readonly comments: readonly Comment[];
  /** `export default …`, or `module.exports = …`. */
  readonly exported: Expression | undefined;
  readonly names: Names;
}

/** Values of the top level, by the names that the file gives them. */
export type Names = ReadonlyMap<string, Expression>;

/** Rejects with a SyntaxError. */
export async function parseCode(text: string): Promise<CodeTree> {
  const [{ Parser }, { tsPlugin }] = await Promise.all([import('acorn'), import('@sveltejs/acorn-typescript')]);
  const comments: Comment[] = [];
  const program = Parser.extend(tsPlugin()).parse(text, {
    sourceType: 'module',
    ecmaVersion: 'latest',
    locations: true,
    onComment: comments,
  });
  return { comments, exported: exportedExpression(program), names: topLevelNames(program) };
}

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

function topLevelNames(program: Program): Names {
  const declarations = program.body.flatMap((statement) => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    return declaration?.type === 'VariableDeclaration' ? declaration.declarations : [];
  });
  return new Map(
    declarations.flatMap(({ id, init }) => (id.type === 'Identifier' && init ? [[id.name, init] as const] : [])),
  );
}

export function keyName(property: Property): string | undefined {
  if (property.key.type === 'Identifier' && !property.computed) return property.key.name;
  return property.key.type === 'Literal' ? String(property.key.value) : undefined;
}

/** What types, brackets and names stand around. */
export function unwrap(names: Names, start: Expression): Expression {
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
