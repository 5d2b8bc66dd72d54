// What can go wrong between a container's last line and the results of its step: over a real clamd and a real store.
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { missingS3Settings, s3TestClient, s3TestOptions } from '../../../../adapters/s3/s3-test-client.ts'
import {
  clamavTestOptions,
  eicar,
  missingClamavSettings,
} from '../../../../adapters/scanner/clamav/clamav-test-server.ts'
import { ClamavScanner } from '../../../../adapters/scanner/clamav/index.ts'
import { TcpProxy } from '../../../files/faults/testing/tcp-proxy.ts'
import { rows } from '../../sql.ts'
import { abortJob } from '../testing/abort-job.ts'
import { type RunFixture, runFixture } from '../testing/run-fixture.ts'
import { expectRunInvariants } from './testing/run-invariants.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })
const PATIENCE = { timeout: 120_000, interval: 50 }
const BUCKET = 'fairlead-test-runs'

const missing = [...missingClamavSettings(), ...missingS3Settings()]
if (missing.length > 0) {
  test.skip(`faults of outputs need clamd and a store: set ${missing.join(', ')}`, () => undefined)
}

describe.runIf(missing.length === 0)('outputs of steps', () => {
  const releasers = new AsyncDisposableStack()
  let fixture: RunFixture
  let storeProxy: TcpProxy
  let stagingProxy: TcpProxy
  let scannerProxy: TcpProxy
  const proxied = async (host: string, port: number) => {
    const proxy = await TcpProxy.start({ host, port })
    releasers.defer(() => proxy.stop())
    return proxy
  }
  beforeAll(async () => {
    const client = s3TestClient()
    await client.send(new CreateBucketCommand({ Bucket: BUCKET })).catch((error: unknown) => {
      if (!(error instanceof Error && /^BucketAlready/.test(error.name))) throw error
    })
    client.destroy()
    const { hostname, port } = new URL(s3TestOptions().endpoint ?? '')
    storeProxy = await proxied(hostname, Number(port))
    const clamav = clamavTestOptions()
    scannerProxy = await proxied(clamav.host, clamav.port)
    fixture = await runFixture({
      store: {
        kind: 's3',
        bucket: BUCKET,
        publicUrl: undefined,
        ...s3TestOptions(),
        endpoint: `http://127.0.0.1:${storeProxy.port}`,
      },
      async stagingUrlOf(listening) {
        stagingProxy = await proxied('127.0.0.1', listening)
        return `http://127.0.0.1:${stagingProxy.port}`
      },
    })
  })
  afterEach(async () => {
    storeProxy.up()
    scannerProxy.up()
    stagingProxy.up()
    await fixture.containers.clear()
  })
  afterAll(async () => {
    await fixture?.end()
    await releasers.disposeAsync()
  })

  const scanner = () =>
    new ClamavScanner({ ...clamavTestOptions(), host: '127.0.0.1', port: scannerProxy.port })
  const one = async (script: string, more = {}) => {
    const jobId = await fixture.addJob([fixture.payload(script, more)])
    return { jobId, step: await fixture.take(jobId) }
  }
  const stateOf = async (jobId: string) => (await fixture.containersOf(jobId))[0]?.['state']
  /** As the jobs module does with what a step came to. */
  const ended = async (jobId: string, outputs?: readonly object[]) => {
    if (outputs === undefined) return abortJob(fixture, jobId)
    await fixture.setTask(jobId, 0, `state = 'COMPLETED', lease_owner = null, lease_expires_at = null`)
    await rows(fixture.database.dataSource, 'update job_tasks set outputs = $2 where job_id = $1', [
      jobId,
      JSON.stringify(outputs),
    ])
  }
  const checked = async (jobId: string, after: string) => {
    await expectRunInvariants(fixture, [jobId], after)
    await fixture.objects.deletePrefix(`jobs/${jobId}/`)
  }

  test('with malware in one of them are not kept, none of them', async () => {
    const { jobId, step } = await one(
      'echo fine > $FAIRLEAD_OUTPUTS/fine.txt; [ $FAIRLEAD_INSTANCE = 0 ] || echo "$MARK" > $FAIRLEAD_OUTPUTS/b.com',
      { fanOut: { count: 2 }, parameters: { MARK: eicar().toString() } },
    )
    await expect(step.run({ scanner: scanner() })).rejects.toMatchObject({
      reason: 'RESULT_INFECTED',
      message: expect.stringContaining('b.com of container 1'),
      transient: false,
    })
    await ended(jobId)
    await checked(jobId, 'an output with malware')
  })

  test('wait for a scanner that is away, and say so', async () => {
    scannerProxy.down()
    const { jobId, step } = await one('echo fine > $FAIRLEAD_OUTPUTS/fine.txt')
    const run = step.run({ scanner: scanner() })
    await expect
      .poll(
        () =>
          rows(
            fixture.database.dataSource,
            'select waiting_message from workflow_step_runs where job_id = $1',
            [jobId],
          ),
        PATIENCE,
      )
      .toEqual([{ waiting_message: expect.stringContaining('The scanner is away') }])
    scannerProxy.up()
    const { outputs } = await run
    expect(outputs).toEqual([expect.objectContaining({ fileName: 'fine.txt', scanState: 'CLEAN' })])
    await ended(jobId, outputs)
    await checked(jobId, 'a scanner that was away')
  })

  test('wait for a store that is away while they are collected', async () => {
    const { jobId, step } = await one('head -c 300000 /dev/urandom > $FAIRLEAD_OUTPUTS/noise.bin; sleep 1')
    const run = step.run()
    await expect.poll(() => stateOf(jobId), PATIENCE).toBe('RUNNING')
    storeProxy.down()
    await expect.poll(() => stateOf(jobId), PATIENCE).toBe('COLLECTING')
    storeProxy.up()
    const { outputs } = await run
    expect(outputs).toEqual([expect.objectContaining({ fileName: 'noise.bin', sizeBytes: 300_000 })])
    await ended(jobId, outputs)
    await checked(jobId, 'a store that was away')
  })

  test('that are cut off on their way are sent again, whole', async () => {
    const { jobId, step } = await one('head -c 600000 /dev/urandom > $FAIRLEAD_OUTPUTS/noise.bin; sleep 1')
    const run = step.run()
    await expect.poll(() => stateOf(jobId), PATIENCE).toBe('RUNNING')
    await stagingProxy.cut(200_000)
    const { outputs } = await run
    expect(outputs).toEqual([expect.objectContaining({ fileName: 'noise.bin', sizeBytes: 600_000 })])
    await ended(jobId, outputs)
    await checked(jobId, 'an output that was cut off')
  })

  test('that are on their way when their job ends are not left behind', async () => {
    const { jobId, step } = await one('head -c 600000 /dev/urandom > $FAIRLEAD_OUTPUTS/noise.bin; sleep 1')
    const run = step.run()
    await expect.poll(() => stateOf(jobId), PATIENCE).toBe('RUNNING')
    await stagingProxy.stalled(/PUT /)
    await abortJob(fixture, jobId)
    step.stop.abort(new Error('the job has ended'))
    await expect(run).rejects.toThrow('the job has ended')
    await checked(jobId, 'a job that ended while its outputs were sent')
  })
})
