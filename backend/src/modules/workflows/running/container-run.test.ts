import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunFixture, runFixture } from './testing/run-fixture.ts'

let fixture: RunFixture
beforeAll(async () => {
  fixture = await runFixture()
})
afterAll(() => fixture?.end())

test('a step reads its inputs and its parameters, and leaves files', async () => {
  const file = await fixture.addFile('notes.txt', 'seven')
  const jobId = await fixture.addJob([
    fixture.payload(
      'mkdir -p $FAIRLEAD_OUTPUTS/sub; cat $FAIRLEAD_INPUTS/text/notes.txt > $FAIRLEAD_OUTPUTS/sub/copy.txt; echo threshold $THRESHOLD; echo done >&2',
      {
        parameters: { THRESHOLD: '2.5' },
        inputs: [{ name: 'text', maxFiles: 1, from: [{ kind: 'file', id: file }] }],
      },
    ),
  ])
  const step = await fixture.take(jobId)
  const result = await step.run()
  expect(result.outputs).toEqual([
    expect.objectContaining({
      fileName: 'sub-copy.txt',
      sizeBytes: 5,
      mediaType: 'text/plain',
      scanState: 'UNSCANNED',
    }),
  ])
  expect(await fixture.storedKeys(jobId)).toEqual([result.outputs[0]!.objectKey])
  expect(step.lines).toEqual(
    expect.arrayContaining([
      { container: 0, text: 'threshold 2.5' },
      { container: 0, text: 'done' },
    ]),
  )
  expect(step.progress.at(-1)).toBe(1)
  expect(result.usedSeconds).toBeGreaterThanOrEqual(1)
  const [container] = await fixture.containersOf(jobId)
  expect(container).toMatchObject({
    state: 'COMPLETED',
    exit_code: 0,
    node: 'this-machine',
    input_bytes: '5',
  })
  expect(await fixture.containers.list()).toEqual([])
})
