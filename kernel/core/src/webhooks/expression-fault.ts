/** What keeps a text from being a JMESPath expression; undefined for one that is. Runs nothing of it. */
export async function expressionFault(text: string): Promise<string | undefined> {
  const { compile } = await import('@jmespath-community/jmespath');
  try {
    compile(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
