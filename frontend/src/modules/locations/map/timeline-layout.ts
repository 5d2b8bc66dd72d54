/** What a lane needs to know of an episode. */
export interface TimelineEpisode {
  /** Of the other person. */
  readonly person: string
  readonly displayName: string
  readonly startMs: number
  readonly endMs: number
}

export interface TimelineBar<E> {
  readonly episode: E
  /** Shares of the window's length, 0 to 1. */
  readonly left: number
  readonly width: number
}

export interface TimelineLane<E> {
  readonly person: string
  readonly displayName: string
  readonly bars: readonly TimelineBar<E>[]
  /** Of all its episodes. */
  readonly totalMs: number
}

/**
 * One lane for each other person, those that were near for longest first; bars in the order of time, cut off at the
 * window's ends.
 */
export function timelineLanes<E extends TimelineEpisode>(
  episodes: readonly E[],
  startMs: number,
  endMs: number,
): TimelineLane<E>[] {
  const share = (timeMs: number) => Math.max(0, Math.min(1, (timeMs - startMs) / (endMs - startMs)))
  const lanes = new Map<string, { displayName: string; bars: TimelineBar<E>[]; totalMs: number }>()
  for (const episode of [...episodes].sort((one, other) => one.startMs - other.startMs)) {
    let lane = lanes.get(episode.person)
    if (lane === undefined) {
      lane = { displayName: episode.displayName, bars: [], totalMs: 0 }
      lanes.set(episode.person, lane)
    }
    const left = share(episode.startMs)
    lane.bars.push({ episode, left, width: share(episode.endMs) - left })
    lane.totalMs += episode.endMs - episode.startMs
  }
  return [...lanes]
    .map(([person, lane]) => ({ person, ...lane }))
    .sort((one, other) => other.totalMs - one.totalMs || one.displayName.localeCompare(other.displayName))
}
