import type { FileChange } from '@fairlead/proto/server/fairlead/files/v1/files'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FilesFixture, filesFixture, type PersonName } from '../testing/files-fixture.ts'

let fixture: FilesFixture
beforeAll(async () => {
  fixture = await filesFixture({ heartbeatMs: 300 })
})
afterAll(() => fixture.end())

/** Gathers what one who watches is told, until ended. */
async function watch(name: PersonName) {
  const stop = new AbortController()
  const told: FileChange[] = []
  const stream = fixture.handlers.watchFiles({ parent: 'organizations/lab' }, fixture.as(name, stop.signal))
  const reading = (async () => {
    for await (const change of stream) told.push(change)
  })()
  await expect.poll(() => told.length).toBeGreaterThan(0)
  return {
    told,
    async end() {
      stop.abort()
      await reading
    },
  }
}

const files = (told: readonly FileChange[]) =>
  told.flatMap(({ change }) => (change?.$case === 'file' ? [change.value] : []))

test('those who watch are told of each state, of the end, and of nothing of other organisations', async () => {
  const [alice, mallory] = [await watch('alice'), await watch('mallory')]
  const file = await fixture.sendAs('alice', 'CLEAN', 'seen')
  await fixture.sendAs('dave', 'CLEAN', 'not seen')
  await expect.poll(() => files(mallory.told).at(-1)?.latest?.state).toBe('FILE_STATE_CLEAN')
  expect(files(mallory.told).every(({ name, editable }) => name === file.name && !editable)).toBe(true)
  await expect.poll(() => files(alice.told).at(-1)).toMatchObject({ name: file.name, editable: true })
  await fixture.handlers.deleteFile({ name: file.name, permanently: true }, fixture.as('bob'))
  await expect.poll(() => mallory.told.at(-1)?.change).toMatchObject({ $case: 'deleted', value: file.name })
  const beats = () => mallory.told.filter(({ change }) => change?.$case === 'heartbeat').length
  const before = beats()
  await expect.poll(beats).toBeGreaterThan(before)
  await Promise.all([alice.end(), mallory.end()])
})
