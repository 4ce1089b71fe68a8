/** `forge/<run-id>-<slug>`: a name that git takes and a person knows again. */
export function branchName(runId: string, task: string): string {
  const slug = task
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    // Whole words, as many as fit.
    .replace(/^(.{0,40})(?:-.*|$)/, '$1')
    .slice(0, 40);
  return `forge/${runId}${slug === '' ? '' : `-${slug}`}`;
}
