export interface Tally {
  readonly sent: number
  readonly received: number
  readonly missing: number
  readonly repeated: number
  readonly parked: number
}

/** Counts what became of events numbered from 1 to `sent`, and prints it. */
export function tally(what: string, sent: number, got: readonly unknown[], parked: number): Tally {
  const distinct = new Set(got)
  let missing = 0
  for (let n = 1; n <= sent; n++) if (!distinct.has(n)) missing++
  missing -= parked
  const repeated = got.length - distinct.size
  process.stdout.write(
    `${what}: sent ${sent}, received ${distinct.size}, missing ${missing}, repeated ${repeated}, parked ${parked}\n`,
  )
  return { sent, received: distinct.size, missing, repeated, parked }
}
