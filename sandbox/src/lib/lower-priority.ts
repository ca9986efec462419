import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const NICE = 15;

/**
 * Lets everything else go first. What cannot be lowered keeps its priority: only the figures of a busy laptop change.
 *
 * @param pid of the leader of a session, before it has children
 */
export function lowerPriority(pid: number): void {
  // Where Linux groups processes by session, each session has a share of its own, whatever the priority of its
  // processes. https://man7.org/linux/man-pages/man7/sched.7.html
  for (const lower of [
    () => setPriority(pid, NICE),
    () => writeFileSync(`/proc/${pid}/autogroup`, String(NICE), { flag: 'r+' }),
  ])
    try {
      lower();
    } catch {
      // Gone already, or no Linux.
    }
}
