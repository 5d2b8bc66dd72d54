import type { Duration } from '@fairlead/proto/server/google/protobuf/duration'

export function durationMessage(ms: number): Duration {
  return { seconds: BigInt(Math.floor(ms / 1000)), nanos: Math.round((ms % 1000) * 1e6) }
}

/** Whole milliseconds. */
export function durationMs({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + Math.floor(nanos / 1e6)
}
