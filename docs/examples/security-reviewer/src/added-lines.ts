/** A line that a change adds, with its place in the new file. */
export interface AddedLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export function addedLines(diff: string): AddedLine[] {
  const added: AddedLine[] = [];
  let file = '';
  let line = 0;
  // Behind a hunk's head only so many lines belong to it: a removed line may itself begin with `-- `.
  let left = 0;
  for (const text of diff.split('\n')) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (hunk !== null) {
      line = Number(hunk[1]);
      left = Number(hunk[2] ?? 1);
    } else if (left === 0 && text.startsWith('+++ b/')) {
      file = text.slice('+++ b/'.length);
    } else if (left > 0 && text.startsWith('+')) {
      added.push({ file, line, text: text.slice(1) });
      line += 1;
      left -= 1;
    } else if (left > 0 && text.startsWith(' ')) {
      line += 1;
      left -= 1;
    }
  }
  return added;
}
