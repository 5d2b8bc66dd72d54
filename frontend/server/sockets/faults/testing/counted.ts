export interface Counted {
  readonly sent: number
  readonly received: number
  readonly missing: number
  readonly repeated: number
}

/** What came to each user of sequences that begin at 1, against how many were sent to each. */
export function count(sent: readonly number[], sequences: readonly (readonly number[])[]): Counted {
  let [received, missing, repeated] = [0, 0, 0]
  for (const [user, expected] of sent.entries()) {
    const came = sequences[user] ?? []
    const distinct = new Set(came)
    received += came.length
    repeated += came.length - distinct.size
    for (let sequence = 1; sequence <= expected; sequence++) if (!distinct.has(sequence)) missing += 1
  }
  return { sent: sent.reduce((sum, each) => sum + each, 0), received, missing, repeated }
}

/** For the log of a test run. */
export function print(what: string, { sent, received, missing, repeated }: Counted): void {
  process.stdout.write(
    `${what}: sent ${sent}, received ${received}, missing ${missing}, repeated ${repeated}\n`,
  )
}

/** Whether each user was told in the order of the sequences. */
export function inOrder(sequences: readonly (readonly number[])[]): boolean {
  return sequences.every((came) =>
    came.every((sequence, index) => index === 0 || sequence > (came[index - 1] ?? 0)),
  )
}

/** "12 9 11 ...": how many of the times fell into each second after `fromMs`. */
export function perSecond(timesMs: readonly number[], fromMs: number): number[] {
  const seconds = timesMs.map((atMs) => Math.floor((atMs - fromMs) / 1000))
  return Array.from({ length: Math.max(...seconds) + 1 }, (_, at) => seconds.filter((s) => s === at).length)
}
