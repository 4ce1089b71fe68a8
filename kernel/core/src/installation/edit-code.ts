import type { ArrayExpression, Expression, ObjectExpression, Property } from 'acorn';
import { type CodeTree, keyName, parseCode, unwrap } from '../config/code-tree.ts';
import { type Literal, property, replaced, withItem, withoutItem, written } from './code-literals.ts';
import {
  difference,
  type EditEntry,
  type EditPlugins,
  type EntryChange,
  entryWith,
  placesOf,
  type PluginEntry,
} from './plugin-entries.ts';

const editCode: EditPlugins = async (text, change) => {
  const { list, tree } = await open(text);
  // What is no plain value in the list, such as a call, stands for itself and stays.
  const before = entriesOf(tree, list);
  const { removed, added } = difference(before, change(before));
  let edited = text;
  for (const index of removed) edited = await withoutEntry(edited, index);
  for (const entry of added) edited = await withEntry(edited, entry);
  return edited;
};

const editEntry: EditEntry = async (text, change) => {
  const { list, tree } = await open(text);
  const places = placesOf(entriesOf(tree, list), change.use);
  if (places.length === 0) return withEntry(text, entryWith(change));
  let edited = text;
  for (const index of places) edited = await withChange(edited, index, change);
  return edited;
};

export const codeEditor = { editPlugins: editCode, editEntry };

interface OpenCode {
  readonly text: string;
  readonly tree: CodeTree;
  readonly comments: CodeTree['comments'];
  readonly config: ObjectExpression;
  /** Undefined where the configuration names no plugins yet. */
  readonly list: ArrayExpression | undefined;
}

/** Throws where the object or its list of plugins is made by code. */
async function open(text: string): Promise<OpenCode> {
  const tree = await parseCode(text);
  const config = tree.exported === undefined ? undefined : configIn(tree, tree.exported);
  if (config?.type !== 'ObjectExpression') throw new Error('what it exports is not written there as an object');
  const plugins = propertyOf(config, 'plugins');
  const list = plugins === undefined ? undefined : unwrap(tree.names, plugins.value);
  if (list !== undefined && list.type !== 'ArrayExpression')
    throw new Error('its plugins are not written there as a list');
  // One more list would take the place of the one that comes from there.
  if (list === undefined && config.properties.some(({ type }) => type === 'SpreadElement'))
    throw new Error('its plugins may come from what it spreads');
  return { text, tree, comments: tree.comments, config, list };
}

/** Through `defineConfig(…)` and the like. */
function configIn(tree: CodeTree, start: Expression): Expression {
  const node = unwrap(tree.names, start);
  const [argument] = node.type === 'CallExpression' ? node.arguments : [];
  return argument === undefined || argument.type === 'SpreadElement' ? node : configIn(tree, argument);
}

function entriesOf(tree: CodeTree, list: ArrayExpression | undefined): PluginEntry[] {
  return (list?.elements ?? []).map((element) => {
    if (element === null || element.type === 'SpreadElement') return { use: '' };
    const node = unwrap(tree.names, element);
    if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
    const use = node.type === 'ObjectExpression' ? propertyOf(node, 'use')?.value : undefined;
    return { use: use?.type === 'Literal' && typeof use.value === 'string' ? use.value : '' };
  });
}

async function withEntry(text: string, entry: PluginEntry): Promise<string> {
  const code = await open(text);
  if (code.list !== undefined) return withItem(code, literalOf(code.list), written(entry, text));
  return withItem(code, literalOf(code.config), property('plugins', [entry], text));
}

async function withoutEntry(text: string, index: number): Promise<string> {
  const code = await open(text);
  return code.list === undefined ? text : withoutItem(code, literalOf(code.list), index);
}

async function withChange(text: string, index: number, change: EntryChange): Promise<string> {
  const code = await open(text);
  const node = unwrap(code.tree.names, code.list?.elements[index] as Expression);
  if (node.type !== 'ObjectExpression') return replaced(text, node, written(entryWith(change), text));
  return withValue(code, node, change.path, change.value);
}

function withValue(
  code: OpenCode,
  node: ObjectExpression,
  [name = '', ...deeper]: readonly string[],
  value: unknown,
): string {
  const { text, tree } = code;
  const there = propertyOf(node, name);
  const inner = there === undefined ? undefined : unwrap(tree.names, there.value);
  const [second] = deeper;
  if (second !== undefined && inner?.type === 'ObjectExpression') return withValue(code, inner, deeper, value);
  if (second !== undefined && inner !== undefined) throw new Error(`its ${name} are not written there as an object`);
  if (value === undefined)
    return there === undefined ? text : withoutItem(code, literalOf(node), node.properties.indexOf(there));
  const whole = second === undefined ? value : { [second]: value };
  if (inner !== undefined) return replaced(text, inner, written(whole, text));
  return withItem(code, literalOf(node), property(name, whole, text));
}

function propertyOf({ properties }: ObjectExpression, name: string): Property | undefined {
  return properties.findLast((each): each is Property => each.type === 'Property' && keyName(each) === name);
}

function literalOf(node: ArrayExpression | ObjectExpression): Literal {
  const items = node.type === 'ArrayExpression' ? node.elements.filter((each) => each !== null) : node.properties;
  return { start: node.start, end: node.end, items };
}
