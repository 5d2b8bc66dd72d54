const firstMs = 1_000
const maximumMs = 30_000

/**
 * How long to wait before trying again, milliseconds: twice as long after each failure, half of it by chance, so that
 * many browsers that lost the same server do not come back at once.
 * @param failures in a row, from 1
 */
export function retryDelayMs(failures: number, random: () => number): number {
  const ceiling = Math.min(maximumMs, firstMs * 2 ** (failures - 1))
  return ceiling / 2 + (random() * ceiling) / 2
}
