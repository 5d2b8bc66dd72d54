import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Connection, createConnection } from './connection'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function setUp(onLine = true) {
  const browser = Object.assign(new EventTarget(), { navigator: { onLine } })
  const onRecovered = vi.fn()
  let serverUp = false
  const probe = vi.fn(async () => {
    if (serverUp) connection.reportReachable()
    else connection.reportUnreachable()
  })
  const connection: Connection = createConnection({
    probe,
    onRecovered,
    browser: browser as unknown as Window,
  })
  return {
    connection,
    probe,
    onRecovered,
    browser,
    serverUp: () => {
      serverUp = true
    },
  }
}

test('probes from a failure until an answer, then brings the page up to date once', async () => {
  const { connection, probe, onRecovered, serverUp } = setUp()
  connection.reportUnreachable()
  expect(connection.state()).toBe('reconnecting')
  await vi.advanceTimersByTimeAsync(6_500)
  expect(probe).toHaveBeenCalledTimes(3)
  serverUp()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(connection.state()).toBe('online')
  expect(onRecovered).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(probe).toHaveBeenCalledTimes(4)
})

test('without a network it waits for one, and then asks the server', async () => {
  const { connection, probe, browser, serverUp } = setUp()
  const states: string[] = []
  connection.subscribe((state) => states.push(state))
  browser.dispatchEvent(new Event('offline'))
  connection.reportUnreachable()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(probe).not.toHaveBeenCalled()
  serverUp()
  browser.dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(2_000)
  expect(states).toEqual(['offline', 'reconnecting', 'online'])
})

test('answers that come all along change nothing', () => {
  const { connection, onRecovered } = setUp()
  connection.reportReachable()
  expect(onRecovered).not.toHaveBeenCalled()
})
