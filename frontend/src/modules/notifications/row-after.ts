/**
 * Where to go on after some rows left a list: the first that stays after the last of them, else the last that
 * stays before. Undefined when none stays.
 */
export function rowAfter(rows: readonly string[], left: ReadonlySet<string>): string | undefined {
  const last = rows.findLastIndex((row) => left.has(row))
  return (
    rows.slice(last + 1).find((row) => !left.has(row)) ??
    rows.slice(0, last).findLast((row) => !left.has(row))
  )
}
