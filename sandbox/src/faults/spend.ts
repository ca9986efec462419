export interface Limited {
  /** How often; undefined: until the faults are reset. */
  times?: number;
}

/** The first that fits, used up once more; one without any use left is removed. */
export function spendFirst<T extends Limited>(faults: T[], fits: (fault: T) => boolean): T | undefined {
  const found = faults.find(fits);
  if (found?.times === undefined) return found;
  found.times -= 1;
  if (found.times <= 0) faults.splice(faults.indexOf(found), 1);
  return found;
}
