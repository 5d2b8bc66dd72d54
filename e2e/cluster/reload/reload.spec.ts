import { apiAs, circleInside, type Job } from '../../support/api.ts'
import { expect, test } from '../../support/fairlead-test.ts'
import type { Installation } from '../harness/installation.ts'
import { isReady, type Pod } from '../harness/objects.ts'
import { containerIds } from '../harness/readiness.ts'
import { deployHotReload } from './hot-reload.ts'
import { organization, saveBackend, savePage, saveWorker } from './measure.ts'
import { changed, remove, save, unchanged } from './save.ts'

/** A restart, on a machine that may have more to do. */
const restart = { timeout: 60_000 }

// What `skaffold dev` runs, with sources saved as Skaffold saves them. The figures: npm run bench -- reload

test.describe('in pods with hot reload', () => {
  let installation: Installation

  test.beforeAll(async () => {
    test.setTimeout(900_000)
    installation = await deployHotReload(console.log)
  })
  test.afterAll(async () => {
    await installation?.close()
  })

  const podOf = async (component: string) => {
    const pods = await installation.kubectl.list<Pod>('pods', component)
    expect(pods).toHaveLength(1)
    return pods[0]!
  }
  const logOf = (component: string) =>
    installation.kubectl.run(['logs', `deployment/${component}`, '--tail=200'])

  test('a saved source of the backend is answered changed, by the same container', async () => {
    const before = containerIds(await podOf('backend'))
    const took = await saveBackend(installation, 'Draws what was saved.')
    console.log(`backend: ${took.toFixed(0)} ms from the save to the changed answer`)
    expect(containerIds(await podOf('backend'))).toEqual(before)
    expect(await logOf('backend')).toContain(
      'backend/src/modules/jobs/services/preview/preview-service.ts changed; running backend/src/main.ts anew',
    )
  })

  test('a saved source of the worker is in its figures, and in what it does', async () => {
    const before = containerIds(await podOf('worker'))
    const took = await saveWorker(installation, 'Tasks that were saved.')
    console.log(`worker: ${took.toFixed(0)} ms from the save to the changed answer`)
    await save(
      installation.kubectl,
      'backend',
      changed(
        'backend/src/modules/jobs/services/statistics/run-statistics.ts',
        'pixels`)',
        'pixels, counted anew`)',
      ),
    )
    const api = await apiAs({ ...installation.system, url: installation.loopbackUrl }, 'alice', organization)
    await expect(async () => {
      const job = await api.createJob(
        [
          ['ID', 'survey-tile-1'],
          ['CIRCLE', await circleInside(api, organization, 'survey-tile-1', 0.02)],
        ],
        { service: 'statistics' },
      )
      await expect.poll(async () => (await api.get<Job>(job.name)).phase).toBe('PHASE_COMPLETED')
      const { lines = [] } = await api.get<{ lines?: { text: string }[] }>(`${job.name}/log`)
      expect(lines.map(({ text }) => text).join('\n')).toContain('pixels, counted anew')
    }).toPass({ timeout: 60_000 })
    expect(containerIds(await podOf('worker'))).toEqual(before)
  })

  test('a source that cannot run is told by the log and the probe, and healed by the next save', async () => {
    const path = 'backend/src/modules/jobs/services/preview/preview-service.ts'
    const before = containerIds(await podOf('backend'))
    await save(
      installation.kubectl,
      'backend',
      changed(path, 'export const previewService', 'export const = '),
    )
    await expect.poll(async () => isReady(await podOf('backend')), restart).toBe(false)
    await expect.poll(() => logOf('backend'), restart).toContain('SyntaxError')
    expect(await logOf('backend')).toContain(path)
    await save(installation.kubectl, 'backend', unchanged(path))
    await expect.poll(async () => isReady(await podOf('backend')), restart).toBe(true)
    expect(containerIds(await podOf('backend'))).toEqual(before)
  })

  test('a source that comes and one that goes count as saved', async () => {
    const path = 'backend/src/modules/jobs/services/preview/preview-service.ts'
    await remove(installation.kubectl, 'backend', [path])
    await expect.poll(async () => isReady(await podOf('backend')), restart).toBe(false)
    await expect.poll(() => logOf('backend'), restart).toContain('ERR_MODULE_NOT_FOUND')
    await save(installation.kubectl, 'backend', unchanged(path))
    await expect.poll(async () => isReady(await podOf('backend')), restart).toBe(true)
    await expect.poll(async () => isReady(await podOf('worker')), restart).toBe(true)
  })

  test('what was saved outlives a restart of the container', async () => {
    const { kubectl } = installation
    const text = 'Draws what outlived.'
    await saveBackend(installation, text)
    const pod = await podOf('backend')
    const kill = "process.kill(1, 'SIGTERM')"
    await kubectl.run(['exec', pod.metadata.name, '--container', 'backend', '--', 'node', '--eval', kill])
    await expect
      .poll(async () => containerIds(await podOf('backend')), restart)
      .not.toEqual(containerIds(pod))
    await expect.poll(async () => isReady(await podOf('backend')), restart).toBe(true)
    const api = await apiAs({ ...installation.system, url: installation.loopbackUrl }, 'alice', organization)
    const services = () => api.get(`organizations/${organization}/services`).catch(() => undefined)
    await expect.poll(async () => JSON.stringify(await services()), restart).toContain(text)
  })

  test('a saved component is shown by the page, which keeps its state', async ({ browser, page, signIn }) => {
    // Vite prepares the packages for the first visitor, who waits for it.
    const first = await browser.newPage()
    await first.goto(installation.url)
    await expect(first.getByRole('button', { name: 'Sign in' }).first()).toBeVisible({ timeout: 120_000 })
    await first.close()
    await signIn('alice', `${installation.url}/o/${organization}/submit?service=preview`)
    const name = page.getByRole('textbox', { name: 'Name', exact: true })
    await name.fill('Typed before the save')
    await page.evaluate(() => Object.assign(window, { notLoadedAgain: true }))
    const took = await savePage(installation, page, 'A description that was saved')
    console.log(`page: ${took.toFixed(0)} ms from the save to the changed page`)
    await expect(name).toHaveValue('Typed before the save')
    expect(await page.evaluate(() => 'notLoadedAgain' in window)).toBe(true)
  })

  test('its pods have a read-only root, and a debugger on their own loopback', async () => {
    const { kubectl } = installation
    for (const component of ['backend', 'worker', 'frontend']) {
      const pod = (await podOf(component)).metadata.name
      const node = (program: string) =>
        kubectl.run(['exec', pod, '--container', component, '--', 'node', '--eval', program])
      await expect(node("require('fs').writeFileSync('/app/anything', '')")).rejects.toThrow(/EROFS/)
      const list = "fetch('http://127.0.0.1:9229/json').then((answer) => answer.text()).then(console.log)"
      await expect.poll(() => node(list), restart).toContain('webSocketDebuggerUrl')
    }
  })
})
