/** `forge/<run-id>-<slug>`: a name that git takes and a person knows again. */
export function branchName(runId: string, task: string): string {
  const slug = task
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return `forge/${runId}${slug === '' ? '' : `-${slug}`}`;
}
