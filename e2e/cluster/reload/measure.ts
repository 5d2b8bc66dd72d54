import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { apiAs } from '../../support/api.ts'
import type { Installation } from '../harness/installation.ts'
import type { Kubectl } from '../harness/kubectl.ts'
import type { Pod } from '../harness/objects.ts'
import { waitUntilReady } from '../harness/readiness.ts'
import { changed, save } from './save.ts'

const LOOK_MS = 25
const LONGEST_MS = 60_000
const WORKER_HTTP_PORT = 10_003

export const organization = 'survey-institute'

/** What is said of a service, by the backend. */
const SERVICE = 'backend/src/modules/jobs/services/preview/preview-service.ts'
const SAID_OF_SERVICE = 'Draws images, or regions of them, as PNG pictures.'
/** What is said of a figure, by the worker. */
const FIGURE = 'backend/src/modules/jobs/worker/worker-metrics.ts'
const SAID_OF_FIGURE = 'Tasks that this worker can run at a time.'
/** What is said of a field of a form, in the browser. */
const FORM = 'frontend/src/modules/jobs/submit-form.tsx'
const SAID_OF_FIELD = 'Your own name for the job; need not be unique'

/** Milliseconds from the save of a source of the backend to the changed answer of a call through Envoy. */
export async function saveBackend(
  { kubectl, system, loopbackUrl }: Installation,
  text: string,
): Promise<number> {
  await waitUntilReady(kubectl)
  const api = await apiAs({ ...system, url: loopbackUrl }, 'alice', organization)
  const sources = changed(SERVICE, SAID_OF_SERVICE, text)
  const answered = async () => {
    const { services } = await api.get<{ services: { description: string }[] }>(
      `organizations/${organization}/services`,
    )
    return services.some(({ description }) => description === text)
  }
  return await timed(() => save(kubectl, 'backend', sources), answered)
}

/** Milliseconds from the save of a source of the worker to its changed figures. */
export async function saveWorker({ kubectl }: Installation, text: string): Promise<number> {
  await waitUntilReady(kubectl)
  const [pod] = await kubectl.list<Pod>('pods', 'worker')
  if (pod === undefined) throw new Error('there is no worker')
  const sources = changed(FIGURE, SAID_OF_FIGURE, text)
  const { address, stop } = await apiServer(kubectl)
  const figures = `${address}/api/v1/namespaces/${kubectl.namespace}/pods/${pod.metadata.name}:${WORKER_HTTP_PORT}/proxy/metrics`
  const answered = async () => (await (await fetch(figures)).text()).includes(text)
  try {
    return await timed(() => save(kubectl, 'backend', sources), answered)
  } finally {
    stop()
  }
}

/** The API server on this machine's loopback: a kubectl for each look would take longer than the restart. */
async function apiServer(kubectl: Kubectl): Promise<{ address: string; stop: () => void }> {
  const proxy = kubectl.start(['proxy', '--port=0'])
  const address = await new Promise<string>((resolve, reject) => {
    let output = ''
    proxy.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const found = /^Starting to serve on (\S+)$/m.exec(output)?.[1]
      if (found !== undefined) resolve(`http://${found}`)
    })
    proxy.once('close', () => reject(new Error(`kubectl proxy ended: ${output}`)))
  })
  return { address, stop: () => void proxy.kill() }
}

/** Milliseconds from the save of a React component to the text on the page that shows it. */
export async function savePage({ kubectl }: Installation, page: Page, text: string): Promise<number> {
  await waitUntilReady(kubectl)
  const sources = changed(FORM, SAID_OF_FIELD, text)
  // In the page: a look from outside takes a while by itself.
  const shown = page.waitForFunction((wanted) => document.body.textContent.includes(wanted), text)
  const since = performance.now()
  await Promise.all([shown, save(kubectl, 'frontend', sources)])
  return performance.now() - since
}

async function timed(act: () => Promise<unknown>, answered: () => Promise<boolean>): Promise<number> {
  const since = performance.now()
  const acted = act()
  for (;;) {
    // Nothing answers while it restarts.
    if (await answered().catch(() => false)) break
    if (performance.now() - since > LONGEST_MS) throw new Error(`not answered within ${LONGEST_MS / 1000} s`)
    await delay(LOOK_MS)
  }
  const took = performance.now() - since
  await acted
  return took
}
