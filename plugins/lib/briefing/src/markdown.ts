/** A heading with a text below it; empty when the text is, so that it leaves no trace. */
export function section(heading: string, body: string): string {
  return body.trim() === '' ? '' : `## ${heading}\n${body.trim()}`;
}

/** The parts that are not empty, with a blank line between them. */
export function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item.trim().replaceAll('\n', '\n  ')}`).join('\n');
}

/** A code block that its own text cannot close: repositories hold such text, by chance or with intent. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`;
}

/** The text's beginning, with a note of how much was left out. */
export function shortened(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, characters)}\n… ${text.length - characters} more characters`;
}
