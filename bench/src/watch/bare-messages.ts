export interface BareEvent {
  readonly sequence: number
  readonly progress: number
}

export interface BareWritten {
  readonly sequence: number
  /** Just before the first write. */
  readonly atNs: string
}
