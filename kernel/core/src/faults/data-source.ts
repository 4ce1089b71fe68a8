import type { Node, ParsedNode } from 'yaml';
import { type Place, placeAt } from './frame.ts';
import type { Aspect, Source, ValuePath } from './source.ts';

/** A JSON or YAML text. It is parsed for places only when a fault has to be shown: every JSON text is YAML, too. */
export function dataSource(file: string, text: string): Source {
  return {
    file,
    text,
    locate: async (path, aspect) => {
      const { default: yaml } = await import('yaml');
      const { contents } = yaml.parseDocument(text, { logLevel: 'silent', strict: false, uniqueKeys: false });
      return contents === null ? undefined : locateNode(yaml, text, contents, path, aspect);
    },
  };
}

/** The library, which is loaded when there is something to show. */
type Yaml = typeof import('yaml');

function locateNode(yaml: Yaml, text: string, top: ParsedNode, path: ValuePath, aspect: Aspect): Place | undefined {
  let value: Node = top;
  let key: Node | undefined;
  for (const [index, step] of path.entries()) {
    const next = stepInto(yaml, value, step);
    if (next === undefined) return placeOfNode(text, key ?? value);
    key = next.key;
    value = next.value ?? next.key ?? value;
    if (next.value === undefined && index < path.length - 1) break;
  }
  return placeOfNode(text, aspect === 'key' ? (key ?? value) : value);
}

function stepInto(
  yaml: Yaml,
  node: Node,
  step: string | number,
): { readonly key?: Node; readonly value?: Node } | undefined {
  if (yaml.isSeq<Node>(node)) {
    const value = node.items[Number(step)];
    return value === undefined ? undefined : { value };
  }
  if (!yaml.isMap<Node, Node | null>(node)) return undefined;
  const pair = node.items.findLast(({ key }) => yaml.isScalar(key) && String(key.value) === String(step));
  if (pair === undefined) return undefined;
  return { key: pair.key, ...(pair.value === null ? {} : { value: pair.value }) };
}

function placeOfNode(text: string, node: Node): Place | undefined {
  const { range } = node;
  return range ? placeAt(text, range[0], range[1] - range[0]) : undefined;
}
