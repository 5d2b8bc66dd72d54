import { expect, test } from '../cluster-test.ts'
import { frontDoorAnswers } from '../harness/cluster-system.ts'
import type { Pod } from '../harness/objects.ts'
import { waitUntilReady } from '../harness/readiness.ts'
import { OpenPage, pageOf } from './open-page.ts'
import { fixReplicas, kill, readyPods, takeAway } from './pods.ts'
import { Work } from './work.ts'

/** What the browser itself writes about requests that fail. */
const whileServersDie = /Failed to load resource|net::ERR|ERR_|WebSocket/

test.beforeEach(({ expectConsole }) => {
  test.setTimeout(300_000)
  expectConsole(whileServersDie)
})

test('one of two backend pods is killed: the page goes on, and no job is lost', async ({
  page,
  system,
  installation,
  signIn,
}) => {
  const restore = await fixReplicas(installation, 'backend', 2)
  try {
    const work = await Work.prepare(system, 'One backend')
    const shown = await work.pending()
    await signIn('alice', pageOf(shown))
    const open = new OpenPage(page)
    await open.showsPhase('PENDING')
    await open.watch()
    await work.begin()
    const [first] = await readyPods(installation, 'backend')
    await kill(installation, [first!])
    // The other one answers.
    await work.run(shown)
    await open.showsPhase('COMPLETED')
    await work.endedOnce(installation)
    await open.healed(work)
  } finally {
    await restore()
  }
})

test('both backend pods are killed: the page says so, and goes on when there are others', async ({
  page,
  system,
  installation,
  signIn,
}) => {
  const restore = await fixReplicas(installation, 'backend', 2)
  try {
    const work = await Work.prepare(system, 'Both backends')
    const shown = await work.pending()
    await signIn('alice', pageOf(shown))
    const open = new OpenPage(page)
    await open.showsPhase('PENDING')
    await open.watch()
    await work.begin()
    await kill(installation, await readyPods(installation, 'backend'))
    await open.saidThatItReconnects()
    await waitUntilReady(installation.kubectl)
    await work.run(shown)
    await open.showsPhase('COMPLETED')
    await work.endedOnce(installation)
    await open.healed(work)
  } finally {
    await restore()
  }
})

test("PostgreSQL's pod is restarted: the page says that it waits, and goes on", async ({
  page,
  system,
  installation,
  signIn,
}) => {
  const work = await Work.prepare(system, 'PostgreSQL')
  const shown = await work.pending()
  await signIn('alice', pageOf(shown))
  const open = new OpenPage(page)
  await open.showsPhase('PENDING')
  await open.watch()
  await work.begin()
  await work.executing()
  const restore = await takeAway(installation, 'postgres')
  try {
    await open.saidThatItReconnects()
  } finally {
    await restore()
  }
  await work.run(shown)
  await open.showsPhase('COMPLETED', 90_000)
  await work.endedOnce(installation)
  await open.healed(work)
})

test("RabbitMQ's pod is restarted: the operator reads it, jobs go on, and each end is told of once", async ({
  page,
  context,
  system,
  installation,
  signIn,
}) => {
  const work = await Work.prepare(system, 'RabbitMQ')
  const shown = await work.pending()
  await signIn('olivia', '/operations?view=delivery')
  await expect(page.getByText('connected', { exact: false }).first()).toBeVisible()
  const alice = await context.browser()!.newContext()
  const other = await alice.newPage()
  try {
    await other.goto(system.url + pageOf(shown))
    await other.getByRole('button', { name: 'Sign in' }).first().click()
    await other.getByRole('textbox', { name: 'Username' }).fill('alice')
    await other.getByRole('textbox', { name: 'Password' }).fill('alice')
    await other.getByRole('button', { name: 'Sign in', exact: true }).click()
    const open = new OpenPage(other)
    await open.showsPhase('PENDING')
    await open.watch()
    const restore = await takeAway(installation, 'rabbitmq')
    try {
      await expect(page.getByText('RabbitMQ is not reached')).toBeVisible({ timeout: 60_000 })
      await work.begin()
      await work.run(shown)
      await open.showsPhase('COMPLETED')
    } finally {
      await restore()
    }
    await expect(page.getByText('RabbitMQ is not reached')).toHaveCount(0, { timeout: 60_000 })
    await work.endedOnce(installation)
    await open.healed(work)
  } finally {
    await alice.close()
  }
})

test('a worker outgrows its memory: it is killed, and its jobs end as if nothing had been', async ({
  page,
  system,
  installation,
  signIn,
}) => {
  const { kubectl } = installation
  const restore = await fixReplicas(installation, 'worker', 1)
  try {
    const work = await Work.prepare(system, 'Out of memory')
    const shown = await work.pending()
    await signIn('alice', pageOf(shown))
    const open = new OpenPage(page)
    await open.showsPhase('PENDING')
    await open.watch()
    await work.begin()
    await work.run(shown)
    await work.executing()
    const [worker] = await readyPods(installation, 'worker')
    const { name } = worker!.metadata
    // Ends with the container.
    await kubectl
      .run(['exec', name, '--container', 'worker', '--', 'node', '--eval', OUTGROW])
      .catch(() => undefined)
    await expect
      .poll(
        async () => {
          const { status } = await kubectl.json<Pod>(['get', 'pod', name])
          return status.containerStatuses?.[0]?.lastState?.terminated?.reason
        },
        { timeout: 60_000, message: 'the kernel killed the worker for its limit' },
      )
      .toBe('OOMKilled')
    await open.showsPhase('COMPLETED', 120_000)
    await work.endedOnce(installation)
    await open.healed(work)
  } finally {
    await restore()
  }
})

/**
 * Takes memory until the container's limit is reached, by many small processes that the kernel likes better than the
 * worker, so that the worker is the one to go. All processes of the container are of one user, which may worsen their
 * scores.
 */
const OUTGROW = `
const { spawn } = require('node:child_process')
const { readdirSync, readFileSync, writeFileSync } = require('node:fs')
for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
  const command = readFileSync('/proc/' + pid + '/cmdline', 'utf8')
  if (command.startsWith('node') && command.includes('backend/src/worker.ts'))
    writeFileSync('/proc/' + pid + '/oom_score_adj', '1000')
}
const take = 'const taken = Buffer.alloc(48 << 20, 1); setInterval(() => taken.fill(1), 1000)'
for (let count = 0; count < 60; count++) spawn(process.execPath, ['--eval', take])
`

test('Envoy is restarted: the page says so, and goes on', async ({ page, system, installation, signIn }) => {
  const work = await Work.prepare(system, 'Envoy')
  const shown = await work.pending()
  await signIn('alice', pageOf(shown))
  const open = new OpenPage(page)
  await open.showsPhase('PENDING')
  await open.watch()
  await work.begin()
  await kill(installation, await readyPods(installation, 'envoy'))
  await open.saidThatItReconnects()
  await waitUntilReady(installation.kubectl)
  await frontDoorAnswers(installation.loopbackUrl)
  await work.run(shown)
  await open.showsPhase('COMPLETED')
  await work.endedOnce(installation)
  await open.healed(work)
})
