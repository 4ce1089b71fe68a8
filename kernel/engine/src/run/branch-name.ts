/** `forge/<run-id>-<slug>`: a name that git takes and a person knows again. */
export function branchName(runId: string, task: string): string {
  const slug = task
    .toLowerCase()
    .replaceAll('ß', 'ss')
    // Letters without their marks: größe is grosse.
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    // Whole words, as many as fit.
    .replace(/^(.{0,40})(?:-.*|$)/, '$1')
    .slice(0, 40);
  return `forge/${runId}${slug === '' ? '' : `-${slug}`}`;
}
