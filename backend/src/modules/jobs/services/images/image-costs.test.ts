import { expect, it } from 'vitest'
import { renderDurationMs } from './image-costs.ts'

const square = (side: number) => ({ xMin: 1, xMax: side, yMin: 1, yMax: side })

// Processor time that was measured for them, beyond the overhead of a task.
it.each([
  [500, 1024, 66],
  [1000, 1024, 252],
  [2000, 1024, 364],
  [4000, 1024, 480],
  [5800, 1024, 540],
])('reckons with what a picture of a square of %s pixels took, within a third', (side, width, measuredMs) => {
  const reckoned = renderDurationMs(square(side), width)
  expect(reckoned).toBeGreaterThan(measuredMs * (2 / 3))
  expect(reckoned).toBeLessThan(measuredMs * (3 / 2))
})
