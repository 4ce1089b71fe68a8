import type { Expression, Property, SpreadElement } from 'acorn';
import { keyName, type Names, parseCode, unwrap } from '../config/code-tree.ts';
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
      // A text that cannot be parsed has a fault of its own, which loading it has already shown.
      const tree = await parseCode(text).catch(() => undefined);
      if (tree?.exported === undefined) return undefined;
      const found = find({ names: tree.names, depth: 0 }, tree.exported, path, aspect);
      return placeAt(text, found.node.start, found.node.end - found.node.start);
    },
  };
}

type Spot = { readonly start: number; readonly end: number };
/** `rest`: how many steps of the path were left when the text had no more to say. */
type Found = { readonly node: Spot; readonly rest: number };
/** `depth` ends names that stand for each other. */
type Search = { readonly names: Names; readonly depth: number };

function find(search: Search, start: Expression, path: ValuePath, aspect: Aspect): Found {
  const node = unwrap(search.names, start);
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
