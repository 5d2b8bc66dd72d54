import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { perSecond } from './testing/counted.ts'
import { received, Stage } from './testing/stage.ts'
import { TcpProxy } from './testing/tcp-proxy.ts'

// Backend, worker and frontends as processes, and the page's own live client many times over.
vi.setConfig({ testTimeout: 180_000 })

const SPREAD_S = 10

test('a frontend killed with 1,000 sockets: all come back spread over 10 s, and miss nothing', async () => {
  const started = new AsyncDisposableStack()
  onTestFinished(() => started.disposeAsync())
  const count = 1_000
  const stage = await Stage.start(started, { pages: count })
  const [first, second] = [await stage.startFrontend(), await stage.startFrontend()]
  const front = await TcpProxy.start(started, first.port)
  const pages = await stage.openPages(started, front.port)
  const messages = stage.keepSending(started)
  await expect.poll(() => received(pages)).toBeGreaterThan(100)

  front.target = second.port
  const killedAtMs = performance.now()
  first.process.kill('SIGKILL')
  await expect
    .poll(() => pages.filter(({ liveAtMs }) => liveAtMs.length === 2).length, { timeout: 120_000 })
    .toBe(count)
  await messages.stop()

  const cameAtMs = front.cameAtMs.filter((atMs) => atMs > killedAtMs)
  const histogram = perSecond(cameAtMs, killedAtMs)
  process.stdout.write(`came back in each second after the kill: ${histogram.join(' ')}\n`)
  expect(cameAtMs.length).toBe(count)
  expect(histogram.length).toBeGreaterThanOrEqual(SPREAD_S)
  // Some come late when the machine is busy; each second's even share would be a tenth.
  expect(histogram.length).toBeLessThanOrEqual(SPREAD_S + 3)
  expect(Math.max(...histogram)).toBeLessThan(count / 4)
  await stage.expectEverythingOnce('frontend killed', pages)
})

const amqpUrl = process.env['AMQP_URL'] || undefined
if (amqpUrl === undefined) process.stdout.write('AMQP_URL is not set: RabbitMQ is not cut off here\n')
const buses = [['PostgreSQL', undefined], ...(amqpUrl === undefined ? [] : [['RabbitMQ', amqpUrl]])]

test.each(buses)('%s twice out of reach for 3 s while messages flow: nothing is missed', async (bus, url) => {
  const started = new AsyncDisposableStack()
  onTestFinished(() => started.disposeAsync())
  const stage = await Stage.start(started, { pages: 200, amqpUrl: url })
  const frontend = await stage.startFrontend()
  const pages = await stage.openPages(started, frontend.port)
  const messages = stage.keepSending(started)
  for (let time = 0; time < 2; time++) {
    const enough = received(pages) + 100
    await expect.poll(() => received(pages)).toBeGreaterThan(enough)
    stage.bus.cut()
    await setTimeout(3_000)
    stage.bus.isCut = false
  }
  await messages.stop()
  await stage.expectEverythingOnce(`${bus} out of reach`, pages)
  // No page noticed.
  expect(pages.every(({ liveAtMs }) => liveAtMs.length === 1)).toBe(true)
})
