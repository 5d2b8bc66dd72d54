import { type LiveClock, systemClock } from '../../app/live/live-clock'

/** What comes within this of the first is told together with it, milliseconds. */
const togetherMs = 1_000

/**
 * Tells of the first at once, and of those that follow within a second by telling of all of them in its place.
 *
 * @param tell `batch` is the same for what takes the place of what was told before
 */
export function createToastBatch<Item>(
  tell: (items: readonly Item[], batch: number) => void,
  clock: LiveClock = systemClock,
): (item: Item) => void {
  let batch = 0
  let beganAt = Number.NEGATIVE_INFINITY
  let items: Item[] = []
  return (item) => {
    const now = clock.now()
    if (now - beganAt >= togetherMs) {
      batch += 1
      beganAt = now
      items = []
    }
    items = [...items, item]
    tell(items, batch)
  }
}
