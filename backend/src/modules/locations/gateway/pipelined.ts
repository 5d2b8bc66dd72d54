/**
 * Works on a few of the inputs at a time, and gives the results in the order of the inputs, each as soon as it is there.
 * No more is read while `width` of them have not been given. When work fails, so does this, once all that was begun has
 * ended; when the inputs fail, results of what came before are given first.
 */
export async function* pipelined<Input, Result>(
  inputs: AsyncIterable<Input>,
  width: number,
  work: (input: Input) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const iterator = inputs[Symbol.asyncIterator]()
  const working: Promise<{ readonly result: Result }>[] = []
  let reading: Promise<Read<Input>> | undefined
  let end: Extract<Read<Input>, { readonly end: true }> | undefined
  try {
    for (;;) {
      if (end === undefined && working.length < width) reading ??= read(iterator)
      const turn = await Promise.race([working[0], reading].filter((each) => each !== undefined))
      if ('result' in turn) {
        working.shift()
        yield turn.result
      } else {
        reading = undefined
        if (turn.end) end = turn
        else working.push(handled(work(turn.input).then((result) => ({ result }))))
      }
      if (end !== undefined && working.length === 0) break
    }
    if ('error' in end) throw end.error
  } finally {
    await Promise.allSettled(working)
    // One that is being read would be waited for, and may never come.
    if (reading === undefined) await iterator.return?.()
  }
}

type Read<Input> =
  | { readonly end: false; readonly input: Input }
  | { readonly end: true; readonly error?: unknown }

async function read<Input>(iterator: AsyncIterator<Input>): Promise<Read<Input>> {
  try {
    const next = await iterator.next()
    return next.done === true ? { end: true } : { end: false, input: next.value }
  } catch (error) {
    return { end: true, error }
  }
}

/** Whoever waits for it is told of its failure; until then it is nobody's. */
function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined)
  return promise
}
