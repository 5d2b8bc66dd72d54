import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { ScanFailed, type Scanner, ScannerUnavailable, type ScanVerdict } from '../../../ports/scanner.ts'
import type { TaskOutput } from '../../jobs/index.ts'
import type { StepPayload } from '../step-payload.ts'
import { type RunFixture, runFixture, type TakenStep } from './testing/run-fixture.ts'

// A container is three processes, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })
const PATIENCE = { timeout: 120_000, interval: 50 }

let fixture: RunFixture
beforeAll(async () => {
  fixture = await runFixture()
})
afterEach(() => fixture.containers.clear())
afterAll(() => fixture?.end())

let gates = 0
/** A script that says that it runs, and goes on once the gate is open. */
const gated = (then = 'true') => {
  gates += 1
  const gate = join(fixture.folder, `gate-${gates}`)
  const script = `echo begun; while [ ! -e ${gate} ]; do sleep 0.05; done; ${then}`
  return { script, open: () => writeFile(gate, '') }
}
const states = async (jobId: string) =>
  (await fixture.containersOf(jobId)).map(({ state }) => state as string)
const running = (jobId: string) =>
  expect.poll(() => states(jobId), PATIENCE).toEqual(expect.arrayContaining(['RUNNING']))
const begun = (step: TakenStep) => expect.poll(() => step.lines.length, PATIENCE).toBeGreaterThan(0)
const one = async (script: string, more: Partial<StepPayload> = {}) => {
  const jobId = await fixture.addJob([fixture.payload(script, more)])
  return { jobId, step: await fixture.take(jobId) }
}
const nothingLeft = async (jobId: string) => {
  expect(await fixture.containers.list()).toEqual([])
  expect(await fixture.storedKeys(jobId)).toEqual([])
  const open = (await states(jobId)).filter((state) => !['COMPLETED', 'FAILED', 'CANCELLED'].includes(state))
  expect(open).toEqual([])
}
const complete = async (jobId: string, index: number, outputs: readonly TaskOutput[]) => {
  await fixture.database.dataSource.query(
    `update job_tasks set state = 'COMPLETED', lease_owner = null, lease_expires_at = null, outputs = $3
     where job_id = $1 and index = $2`,
    [jobId, index, JSON.stringify(outputs)],
  )
}

describe('a step', () => {
  test('reads its inputs and its parameters, and leaves files', async () => {
    const file = await fixture.addFile('notes.txt', 'seven')
    const { jobId, step } = await one(
      'mkdir $FAIRLEAD_OUTPUTS/sub; cat $FAIRLEAD_INPUTS/text/notes.txt > $FAIRLEAD_OUTPUTS/sub/copy.txt; echo at $THRESHOLD; echo done >&2',
      {
        parameters: { THRESHOLD: '2.5' },
        inputs: [{ name: 'text', maxFiles: 1, from: [{ kind: 'file', id: file }] }],
        priceFactorThousandths: 3000,
      },
    )
    const result = await step.run()
    expect(result.outputs).toEqual([
      expect.objectContaining({ fileName: 'sub-copy.txt', sizeBytes: 5, scanState: 'UNSCANNED' }),
    ])
    expect(await fixture.storedKeys(jobId)).toEqual([result.outputs[0]!.objectKey])
    expect(step.lines.map(({ text }) => text).sort()).toEqual(['at 2.5', 'done'])
    expect(step.progress.at(-1)).toBe(1)
    const [container] = await fixture.containersOf(jobId)
    expect(container).toMatchObject({
      state: 'COMPLETED',
      exit_code: 0,
      node: 'this-machine',
      input_bytes: '5',
    })
    const seconds = (Number(container!['end_time']) - Number(container!['start_time'])) / 1000
    expect(result.usedSeconds).toBeCloseTo(Math.max(1, seconds) * 3, 1)
    expect(await fixture.containers.list()).toEqual([])
  })

  test('runs a container for each file that a step before it left', async () => {
    const jobId = await fixture.addJob([
      fixture.payload('for name in a b c; do echo $name > $FAIRLEAD_OUTPUTS/$name.txt; done'),
      fixture.payload('cat $FAIRLEAD_INPUTS/tile/* > $FAIRLEAD_OUTPUTS/tile.txt', {
        inputs: [{ name: 'tile', maxFiles: 1, from: [{ kind: 'step', taskIndex: 0 }] }],
        fanOut: { input: 'tile' },
        maxParallel: 2,
        needs: [0],
      }),
    ])
    const { outputs } = await (await fixture.take(jobId)).run()
    await complete(jobId, 0, outputs)
    const step = await fixture.take(jobId, 1)
    const result = await step.run()
    expect(result.outputs.map(({ fileName }) => fileName)).toEqual(['0-tile.txt', '1-tile.txt', '2-tile.txt'])
    const over = (await fixture.containersOf(jobId)).filter(({ task_index }) => task_index === 1)
    expect(over.map((container) => container['over'])).toEqual(['a.txt', 'b.txt', 'c.txt'])
    expect(step.progress.at(-1)).toBe(1)
    expect(step.progress).toEqual(expect.arrayContaining([1 / 3, 2 / 3]))
  })

  test('is told of in figures', async () => {
    const { step } = await one('exit 4')
    await expect(step.run()).rejects.toMatchObject({ reason: 'CONTAINER_FAILED' })
    const figures = await fixture.registry.metrics()
    expect(figures).toMatch(/^fairlead_workflow_container_starts_total [1-9]/m)
    expect(figures).toMatch(/^fairlead_workflow_container_endings_total\{reason="CONTAINER_FAILED"\} [1-9]/m)
    expect(figures).toMatch(/^fairlead_workflow_container_start_seconds_count [1-9]/m)
    expect(figures).toMatch(/^fairlead_workflow_containers\{state="RUNNING"\} \d/m)
    expect(figures).toMatch(/^fairlead_workflow_orphans_removed_total 0/m)
  })

  test('that fails says why, and nothing of it is kept', async () => {
    const { jobId, step } = await one(
      'echo half > $FAIRLEAD_OUTPUTS/half.txt; [ $FAIRLEAD_INSTANCE = 0 ] && exit 3; sleep 60',
      { fanOut: { count: 2 } },
    )
    await expect(step.run()).rejects.toMatchObject({ reason: 'CONTAINER_FAILED', transient: false })
    const [failed, other] = await fixture.containersOf(jobId)
    expect(failed).toMatchObject({ state: 'FAILED', exit_code: 3, error_reason: 'CONTAINER_FAILED' })
    expect(other).toMatchObject({ state: 'CANCELLED' })
    await nothingLeft(jobId)
  })

  test('that leaves too much is told by the agent, which knows of what', async () => {
    const { jobId, step } = await one('head -c 3000000 /dev/zero > $FAIRLEAD_OUTPUTS/large.bin')
    await expect(step.run()).rejects.toMatchObject({
      reason: 'OUTPUT_LIMIT_EXCEEDED',
      message: expect.stringContaining('3000000'),
    })
    await nothingLeft(jobId)
  })

  test.each<[string, string, Partial<StepPayload>, string]>([
    [
      'whose dataset may not be read any more',
      'DATASET_UNAVAILABLE',
      { inputs: [{ name: 'image', maxFiles: 1, from: [{ kind: 'dataset', id: 'ivo://gone' }] }] },
      'ivo://gone',
    ],
    [
      'whose file is gone',
      'FILE_UNAVAILABLE',
      {
        inputs: [
          {
            name: 'image',
            maxFiles: 1,
            from: [{ kind: 'file', id: '01a9b2c0-0000-7000-8000-000000000000' }],
          },
        ],
      },
      'no such file',
    ],
    [
      'whose algorithm is not approved',
      'ALGORITHM_REVOKED',
      { algorithmId: '01a9b2c0-0000-7000-8000-000000000000' },
      'measure@1',
    ],
    ['that is fanned out over nothing', 'FAN_OUT_EMPTY', { fanOut: { input: 'image' }, inputs: [] }, 'no'],
  ])('%s does not begin', async (_, reason, more, text) => {
    const { jobId, step } = await one('true', more)
    const before = await fixture.containers.starts()
    const failed = expect(step.run()).rejects
    await failed.toMatchObject({ reason, message: expect.stringContaining(text), transient: false })
    expect(await fixture.containers.starts()).toBe(before)
    await nothingLeft(jobId)
  })
})

describe('a worker that lets go of a step', () => {
  test('leaves its containers to the next one, which repeats nothing', async () => {
    const gate = gated('echo made > $FAIRLEAD_OUTPUTS/made.txt; echo later')
    const { jobId, step } = await one(gate.script)
    const before = await fixture.containers.starts()
    const lost = step.run()
    await begun(step)
    await running(jobId)
    // Noted up to the line, as a worker has that is not lost in the very moment.
    await expect
      .poll(
        async () =>
          fixture.database.dataSource.query('select logs_until from workflow_step_runs where job_id = $1', [
            jobId,
          ]),
        PATIENCE,
      )
      .toEqual([{ logs_until: expect.any(Date) }])
    const next = await fixture.take(jobId, 0, 'the next')
    step.stop.abort(new Error('the lease was lost'))
    await expect(lost).rejects.toThrow('the lease was lost')
    expect(await states(jobId)).toEqual(['RUNNING'])
    const taken = next.run()
    await gate.open()
    expect((await taken).outputs).toHaveLength(1)
    expect(await fixture.containers.starts()).toBe(before + 1)
    expect(next.lines.map(({ text }) => text)).toEqual(['later'])
    expect(next.task.run).toBe(step.task.run)
  })

  test('after one had failed leaves it failed, and on the cluster nothing', async () => {
    const gate = gated()
    const { jobId, step } = await one(gate.script)
    const run = step.run()
    await running(jobId)
    const next = await fixture.take(jobId, 0, 'the next')
    step.stop.abort(new Error('the lease was lost'))
    await expect(run).rejects.toThrow('the lease was lost')
    await fixture.database.dataSource.query(
      `update workflow_containers set state = 'FAILED', error_reason = 'CONTAINER_FAILED', error_message = 'Seen before.',
         error_transient = false where job_id = $1`,
      [jobId],
    )
    await expect(next.run()).rejects.toMatchObject({ reason: 'CONTAINER_FAILED', message: 'Seen before.' })
    await nothingLeft(jobId)
  })

  test('whose containers had completed leaves them completed', async () => {
    const { jobId, step } = await one('echo made > $FAIRLEAD_OUTPUTS/made.txt')
    await step.run()
    const before = await fixture.containers.starts()
    const next = await fixture.take(jobId, 0, 'the next')
    expect((await next.run()).outputs).toHaveLength(1)
    expect(await fixture.containers.starts()).toBe(before)
  })

  test('writes nothing of them any more', async () => {
    const gate = gated()
    const { jobId, step } = await one(gate.script)
    const run = step.run()
    await running(jobId)
    await fixture.setTask(jobId, 0, `lease_owner = 'another', attempt = attempt + 1`)
    await gate.open()
    await run
    expect(await states(jobId)).not.toEqual(['COMPLETED'])
  })

  test('since its job ended removes them at once', async () => {
    const { jobId, step } = await one(`${gated().script}`)
    const run = step.run()
    await running(jobId)
    await fixture.setTask(jobId, 0, `state = 'CANCELLED', lease_owner = null, lease_expires_at = null`)
    step.stop.abort(new Error('the job has ended'))
    await expect(run).rejects.toThrow('the job has ended')
    await nothingLeft(jobId)
  })

  test('since the operator suspended its job begins it anew later', async () => {
    const { jobId, step } = await one(
      '[ -e $MARK ] || { touch $MARK; echo old > $FAIRLEAD_OUTPUTS/old.txt; sleep 60; }; echo new > $FAIRLEAD_OUTPUTS/new.txt',
      { parameters: { MARK: join(fixture.folder, 'suspended') } },
    )
    const run = step.run()
    await running(jobId)
    await expect.poll(() => existsSync(join(fixture.folder, 'suspended')), PATIENCE).toBe(true)
    await fixture.setTask(
      jobId,
      0,
      `state = 'WAITING', queued_at = null, lease_owner = null, lease_expires_at = null`,
    )
    step.stop.abort(new Error('suspended'))
    await expect(run).rejects.toThrow('suspended')
    expect(await fixture.containers.list()).toEqual([])
    expect(await states(jobId)).toEqual(['CANCELLED'])
    const next = await fixture.take(jobId)
    expect(next.task.run).toBe(1)
    expect((await next.run()).outputs.map(({ fileName }) => fileName)).toEqual(['new.txt'])
  })
})

describe('what a step left', () => {
  const scanner = (answers: (() => ScanVerdict)[]): Scanner => ({
    enabled: true,
    async scan({ content }) {
      for await (const _ of content);
      return (answers.shift() ?? (() => verdict('CLEAN')))()
    },
    version: async () => undefined,
  })
  const verdict = (state: ScanVerdict['state']): ScanVerdict => ({
    state,
    signature: state === 'INFECTED' ? 'Eicar' : '',
    engine: 'test',
    signatureVersion: '1',
  })
  const refuse = (error: Error) => () => {
    throw error
  }
  const two = 'echo 1 > $FAIRLEAD_OUTPUTS/1; echo 2 > $FAIRLEAD_OUTPUTS/2'

  test('waits for a scanner that is away, and for one that cannot tell', async () => {
    const { step } = await one(two)
    const away = scanner([refuse(new ScannerUnavailable('away')), refuse(new ScanFailed('cannot tell'))])
    const { outputs } = await step.run({ scanner: away })
    expect(outputs.map(({ scanState }) => scanState)).toEqual(['CLEAN', 'CLEAN'])
  })

  test('is not kept when malware is found in one file of it', async () => {
    const { jobId, step } = await one(two)
    const run = step.run({ scanner: scanner([() => verdict('CLEAN'), () => verdict('INFECTED')]) })
    await expect(run).rejects.toMatchObject({ reason: 'RESULT_INFECTED', transient: false })
    await nothingLeft(jobId)
    expect(
      await fixture.database.dataSource.query('select from workflow_outputs where job_id = $1', [jobId]),
    ).toEqual([])
  })

  test('is not given out when it cannot be scanned', async () => {
    const { jobId, step } = await one('echo 1 > $FAIRLEAD_OUTPUTS/1')
    const never = scanner(Array.from({ length: 9 }, () => refuse(new ScanFailed('cannot tell'))))
    await expect(step.run({ scanner: never })).rejects.toMatchObject({
      reason: 'RESULT_NOT_SCANNED',
      transient: true,
    })
    await nothingLeft(jobId)
  })
})
