import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiAs } from '../../support/api.ts'
import { expect, test } from '../cluster-test.ts'
import { frontDoorAnswers } from '../harness/cluster-system.ts'
import { clusterTool, type Installation, testManifests } from '../harness/installation.ts'
import { hasCondition, type Job, type Pod, type Workload } from '../harness/objects.ts'
import { waitUntilReady } from '../harness/readiness.ts'
import { repository } from '../harness/repository.ts'
import { OpenPage, pageOf } from './open-page.ts'
import { readyPods } from './pods.ts'
import { organization, Work } from './work.ts'

const BROKEN = 'fairlead-test/backend-that-does-not-migrate:1'

test('a migration that fails stops the rollout, and the old version serves on', async ({
  page,
  system,
  installation,
  signIn,
  expectConsole,
}) => {
  test.setTimeout(600_000)
  expectConsole(/Failed to load resource|net::ERR|ERR_|WebSocket/)
  const { kubectl } = installation
  const good = await testManifests('dev', { namespace: installation.namespace })
  const image = /fairlead-test\/backend:[0-9a-f]+/.exec(good)?.[0]
  expect(image).toBeDefined()
  await buildBroken(image!)

  const work = await Work.prepare(system, 'Failing migration')
  const shown = await work.pending()
  await signIn('alice', pageOf(shown))
  const open = new OpenPage(page)
  await open.showsPhase('PENDING')
  await open.watch()
  try {
    await installation.apply(good.replaceAll(image!, BROKEN))
    await expect
      .poll(async () => hasCondition(await kubectl.json<Job>(['get', 'job', 'migrate']), 'Failed'), {
        timeout: 180_000,
        message: 'the Job gives up',
      })
      .toBe(true)
    const [failed] = await kubectl.list<Pod>('pods', 'migrate')
    const log = await kubectl.run(['logs', failed!.metadata.name])
    const last = JSON.parse(log.trim().split('\n').at(-1)!) as { msg: string; level: unknown }
    expect(last.msg).toMatch(/^the database is not migrated: .*Fails1999999999999/)

    for (const component of ['backend', 'worker'] as const) {
      const pods = await kubectl.list<Pod>('pods', component)
      const fresh = pods.filter(({ spec }) => JSON.stringify(spec).includes(BROKEN))
      expect(fresh.length, `new pods of ${component}`).toBeGreaterThan(0)
      // In their init container, which says what they wait for.
      for (const { status } of fresh) expect(status.phase).toBe('Pending')
      const waits = await kubectl.run(['logs', fresh[0]!.metadata.name, '--container', 'schema'])
      expect(waits).toMatch(/Fails1999999999999|migration/)
    }
    for (const component of ['backend', 'worker'] as const) {
      const serving = await readyPods(installation, component)
      expect(serving.length, `ready pods of ${component}`).toBeGreaterThan(0)
      expect(serving.filter(({ spec }) => JSON.stringify(spec).includes(BROKEN))).toEqual([])
    }

    // The old version works in full: a call, a job to its end, and the page that was open. Envoy, which is of no
    // version of the schema, is a new one.
    await frontDoorIsOne(installation)
    const api = await apiAs(system, 'alice', organization)
    expect(await api.get(`organizations/${organization}/datasets`)).toBeDefined()
    await work.begin()
    await work.run(shown)
    await open.showsPhase('COMPLETED')
  } finally {
    await installation.apply(good)
    await waitUntilReady(kubectl)
    await frontDoorIsOne(installation)
  }
  await work.endedOnce(installation)
  await open.healed(work)
})

/** The Envoy before has drained and is gone, with the port-forward that led to it. */
async function frontDoorIsOne({ kubectl, loopbackUrl }: Installation): Promise<void> {
  const { spec } = await kubectl.json<Workload>(['get', 'deployment', 'envoy'])
  await expect
    .poll(async () => (await kubectl.list<Pod>('pods', 'envoy')).length, { timeout: 120_000 })
    .toBe(spec.replicas ?? 1)
  await frontDoorAnswers(loopbackUrl)
}

/** The release that is deployed, and one migration more. */
async function buildBroken(image: string): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'fairlead-broken-'))
  try {
    const index = await readFile(join(repository, 'migrations/index.ts'), 'utf8')
    await writeFile(
      join(context, 'index.ts'),
      `import { Fails1999999999999 } from './1999999999999-fails.ts'\n${index.replace(/\]\s*$/, '  Fails1999999999999,\n]\n')}`,
    )
    await writeFile(
      join(context, '1999999999999-fails.ts'),
      `export class Fails1999999999999 {
  name = 'Fails1999999999999'
  async up(runner) {
    await runner.query('alter table jobs add column fails no_such_type')
  }
  async down() {}
}
`,
    )
    await writeFile(
      join(context, 'Dockerfile'),
      `FROM docker.io/${image}\nCOPY index.ts 1999999999999-fails.ts migrations/\n`,
    )
    await (await clusterTool()).call(['build', BROKEN, context])
  } finally {
    await rm(context, { recursive: true })
  }
}
