import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { jobServices } from '../../job-services.ts'
import { defaultLimits } from './immediate/immediate-jobs.ts'
import { isExternal } from './services/job-service.ts'

const GIB = 1024 ** 3
/** FAIRLEAD_WORKER_CONCURRENCY, as manifests leave it. */
const TASKS_AT_ONCE = 2

/** Of the volume `tmp`, where scratch folders are: a pod that fills it is evicted, with all that runs in it. */
function tmpBytes(workload: string): number {
  const manifest = readFileSync(new URL(`../../../../k8s/base/${workload}.yaml`, import.meta.url), 'utf8')
  return Number(/name: tmp, emptyDir: \{ sizeLimit: (\d+)Gi \}/.exec(manifest)?.[1]) * GIB
}

test('the tasks of a worker may write what their jobs may, and its pod stays', () => {
  // What is run elsewhere writes nothing here.
  const here = jobServices.filter((service) => !isExternal(service))
  const largest = Math.max(...here.map(({ limits }) => limits.outputBytes))
  expect(tmpBytes('worker')).toBeGreaterThan(TASKS_AT_ONCE * largest)
})

test('answers under way take up what they may together, and the pod of the backend stays', () => {
  expect(tmpBytes('backend')).toBeGreaterThan(defaultLimits.bytesTogether)
})
