/**
 * Lets each sequence through once and in order, wherever it came from: socket, replay or both at once.
 */
export interface SequenceGate {
  /** The last sequence let through; undefined until it is known where to begin. */
  position(): number | undefined
  /** Which run of sequences this is: `restart` begins another. What was asked for in an earlier one is void. */
  epoch(): number
  /** Begins after this sequence, unless the beginning is known. */
  startAfter(sequence: number): void
  /** Forgets, and begins anew after this sequence. */
  restart(sequence: number): void
  /**
   * @returns 'next' when it is to be handed on, 'repeated' when it was, 'gap' when some before it are missing, which
   * must be asked for
   */
  pass(sequence: number): 'next' | 'repeated' | 'gap'
  /** As `pass`, for a replay: the server has nothing between the position and this one, so there is no gap. */
  passReplayed(sequence: number): 'next' | 'repeated'
}

export function createSequenceGate(): SequenceGate {
  let position: number | undefined
  let epoch = 0

  function passReplayed(sequence: number): 'next' | 'repeated' {
    if (position !== undefined && sequence <= position) return 'repeated'
    position = sequence
    return 'next'
  }

  return {
    position: () => position,
    epoch: () => epoch,
    startAfter(sequence) {
      position ??= sequence
    },
    restart(sequence) {
      epoch += 1
      position = sequence
    },
    pass: (sequence) => (position !== undefined && sequence > position + 1 ? 'gap' : passReplayed(sequence)),
    passReplayed,
  }
}
