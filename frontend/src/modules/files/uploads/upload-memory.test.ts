import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { hasRememberedUploads } from './remembered-mark'
import { browserMemory, type RememberedUpload } from './upload-memory'

beforeEach(() => {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const upload = (id: string): RememberedUpload => ({
  id,
  requestId: id,
  user: 'users/1',
  organization: 'survey',
  folder: '',
  purpose: 'FILE_PURPOSE_GENERAL',
  versionOf: '',
  name: '',
  displayName: 'sky.fits',
  mediaType: '',
  sizeBytes: 1,
  fingerprint: '',
  beginTime: 0,
  paused: false,
  handle: undefined,
})

test('a browser remembers uploads over its pages, and knows without asking when there is none', async () => {
  expect(hasRememberedUploads()).toBe(false)
  const memory = browserMemory()
  await memory.put(upload('a'))
  await memory.put(upload('b'))
  await memory.put({ ...upload('a'), name: 'organizations/survey/files/1' })
  expect(hasRememberedUploads()).toBe(true)

  const next = browserMemory()
  expect((await next.all()).map(({ id, name }) => [id, name])).toEqual([
    ['a', 'organizations/survey/files/1'],
    ['b', ''],
  ])
  await next.forget('a')
  expect(hasRememberedUploads()).toBe(true)
  await next.forget('b')
  expect(hasRememberedUploads()).toBe(false)
  expect(await memory.all()).toEqual([])
})
