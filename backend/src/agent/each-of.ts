const AT_ONCE = 4

/**
 * Does the work for each item, in order of begin, a few side by side. The first failure aborts the others and is thrown
 * when they have ended.
 */
export async function eachOf<Item>(
  items: readonly Item[],
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController()
  let failed: { readonly error: unknown } | undefined
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) {
      if (failed !== undefined) return
      try {
        await work(item, controller.signal)
      } catch (error) {
        failed ??= { error }
        controller.abort()
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker))
  if (failed !== undefined) throw failed.error
}
