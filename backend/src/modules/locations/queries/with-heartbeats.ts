/** What the source gives, and undefined whenever it has given nothing for so long. */
export async function* withHeartbeats<Value>(
  source: AsyncGenerator<Value>,
  silenceMs: number,
): AsyncGenerator<Value | undefined> {
  let pending: Promise<IteratorResult<Value>> | undefined
  try {
    for (;;) {
      pending ??= source.next()
      const result = await withinSilence(pending, silenceMs)
      if (result === undefined) {
        yield undefined
        continue
      }
      pending = undefined
      if (result.done === true) return
      yield result.value
    }
  } finally {
    // What is under way ends first; a failure of it is nobody's any more.
    await Promise.allSettled([pending])
    await source.return(undefined)
  }
}

async function withinSilence<Result>(
  pending: Promise<Result>,
  silenceMs: number,
): Promise<Result | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), silenceMs)
  try {
    return await Promise.race([pending, promise])
  } finally {
    clearTimeout(timer)
  }
}
