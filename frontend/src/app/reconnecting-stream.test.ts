import { Subject } from 'rxjs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ApiError } from './api-error'
import { keepStreamOpen } from './reconnecting-stream'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function page() {
  const target = new EventTarget()
  return Object.assign(target, {
    visibilityState: 'visible' as DocumentVisibilityState,
    turn(state: DocumentVisibilityState) {
      this.visibilityState = state
      target.dispatchEvent(new Event('visibilitychange'))
    },
  })
}

function stream(options: { isComplete?: () => boolean } = {}) {
  const opened: Subject<number>[] = []
  const messages: number[] = []
  const opens: boolean[] = []
  const refused = vi.fn()
  const unreachable = vi.fn()
  const shown = page()
  const close = keepStreamOpen<number>({
    open: () => {
      const subject = new Subject<number>()
      opened.push(subject)
      return subject
    },
    onMessage: (message) => messages.push(message),
    onOpen: (again) => opens.push(again),
    onRefused: refused,
    onUnreachable: unreachable,
    minimumDelayMs: 100,
    maximumDelayMs: 400,
    random: () => 1,
    page: shown as unknown as Document,
    ...options,
  })
  return { opened, messages, opens, refused, unreachable, close, shown }
}

const broken = new ApiError('UNAVAILABLE', 'gone')

describe('a stream that is kept open', () => {
  test('opens again with a delay that doubles to its limit, and starts over after a message', () => {
    const { opened, messages, opens, close } = stream()
    opened[0]!.next(1)
    for (const delay of [100, 200, 400, 400]) {
      const count = opened.length
      opened.at(-1)!.error(broken)
      vi.advanceTimersByTime(delay - 1)
      expect(opened).toHaveLength(count)
      vi.advanceTimersByTime(1)
      expect(opened).toHaveLength(count + 1)
    }
    opened.at(-1)!.next(2)
    opened.at(-1)!.error(broken)
    vi.advanceTimersByTime(100)
    expect(opened).toHaveLength(6)
    expect(messages).toEqual([1, 2])
    expect(opens).toEqual([false, true])
    close()
  })

  test('counts silence beyond the heartbeat as death', () => {
    const { opened, unreachable, close } = stream()
    vi.advanceTimersByTime(15_000)
    opened[0]!.next(1)
    vi.advanceTimersByTime(17_000)
    expect(unreachable).not.toHaveBeenCalled()
    vi.advanceTimersByTime(600)
    expect(unreachable).toHaveBeenCalledTimes(1)
    expect(opened[0]!.observed).toBe(false)
    vi.advanceTimersByTime(100)
    expect(opened).toHaveLength(2)
    close()
  })

  test('does not insist when it is refused', () => {
    const { opened, refused } = stream()
    opened[0]!.error(new ApiError('NOT_FOUND', 'deleted'))
    vi.advanceTimersByTime(60_000)
    expect(opened).toHaveLength(1)
    expect(refused).toHaveBeenCalledTimes(1)
  })

  test('opens again after an end that is not final, and not after one that is', () => {
    let complete = false
    const { opened } = stream({ isComplete: () => complete })
    opened[0]!.complete()
    vi.advanceTimersByTime(100)
    expect(opened).toHaveLength(2)
    complete = true
    opened[1]!.complete()
    vi.advanceTimersByTime(60_000)
    expect(opened).toHaveLength(2)
  })

  test('is given up by a page in the background and opened again when it is looked at', () => {
    const { opened, shown, close } = stream()
    shown.turn('hidden')
    vi.advanceTimersByTime(10_000)
    opened[0]!.next(1)
    shown.turn('visible')
    vi.advanceTimersByTime(10_000)
    expect(opened[0]!.observed).toBe(true)
    shown.turn('hidden')
    for (let second = 0; second < 61; second++) {
      opened[0]!.next(second)
      vi.advanceTimersByTime(1_000)
    }
    expect(opened[0]!.observed).toBe(false)
    vi.advanceTimersByTime(600_000)
    expect(opened).toHaveLength(1)
    shown.turn('visible')
    expect(opened).toHaveLength(2)
    close()
  })

  test('leaves nothing behind when it is closed', () => {
    const { opened, close } = stream()
    opened[0]!.error(broken)
    close()
    vi.advanceTimersByTime(60_000)
    expect(opened).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
