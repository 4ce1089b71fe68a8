import { forgeError } from '@forge/plugin-api';

/** `${NAME}`, or `${NAME:-what stands for it when it is not set}`. */
const variable = /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g;

/** The same value with every variable in its texts replaced. Throws PLUGIN_OPTIONS for one that is not set. */
export function expandVariables<T>(value: T, read: (name: string) => string | undefined): T {
  return expanded(value, read) as T;
}

function expanded(value: unknown, read: (name: string) => string | undefined): unknown {
  if (typeof value === 'string')
    return value.replace(variable, (_, name: string, usual?: string) => found(name, usual));
  if (Array.isArray(value)) return value.map((item) => expanded(item, read));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expanded(member, read)]));

  function found(name: string, usual: string | undefined): string {
    const text = read(name) ?? usual;
    if (text !== undefined) return text;
    throw forgeError('PLUGIN_OPTIONS', `An MCP server needs the environment variable ${name}, which is not set`, {
      fix: `set ${name}, or write \${${name}:-default}`,
    });
  }
}
