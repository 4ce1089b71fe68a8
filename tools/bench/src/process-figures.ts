import { readFileSync } from 'node:fs';

/** Clock ticks a second, fixed on Linux. */
const ticks = 100;

export interface ProcessFigures {
  /** Of the process with its threads and the children it has waited for, milliseconds. */
  readonly cpuMs: number;
  readonly residentMb: number;
  readonly peakMb: number;
}

/** What a living process has used so far. */
export function figuresOf(pid: number): ProcessFigures {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const used = (fields[11] ?? 0) + (fields[12] ?? 0) + (fields[13] ?? 0) + (fields[14] ?? 0);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024;
  return { cpuMs: (used * 1000) / ticks, residentMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}
