/** Memory of processes, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory of a process and all its descendants, MB; a process's own peak where that is larger than the sum now. */
export function memoryOf(pid: number): { readonly resident: number; readonly peak: number } {
  let resident = 0, peak = 0;
  for (const id of tree(pid)) {
    const status = read(`/proc/${id}/status`);
    resident += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  }
  return { resident, peak: Math.max(peak, resident) };
}

function tree(pid: number): number[] {
  const children = tasks(pid).flatMap((task) => read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number));
  return [pid, ...children.flatMap(tree)];
}

/** A process's threads: any of them may have started children. */
function tasks(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty where the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
