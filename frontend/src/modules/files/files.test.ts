import type { File, ListFilesResponse } from '@fairlead/proto/web/fairlead/files/v1/files'
import { describe, expect, test } from 'vitest'
import { isSameToLists, withChangedFile, withoutFile } from './file-change'
import { eventSentence } from './file-event-words'
import { addressOfFilter, filterFromAddress, isNarrowed } from './file-filter'
import { fileAddress, isReleased, isSettled } from './file-name'
import { likelyPurpose } from './file-purpose'
import { fileUse } from './file-use'

describe('the address of a list of files', () => {
  test.each([
    '',
    'folder=evidence%2F2026',
    'search=horse&tag=plate+scan&tag=nebula&state=CLEAN%2CINFECTED&purpose=DATASET&order=size_bytes-desc',
    'trash=',
  ])('%j says what it did', (address) => {
    expect(addressOfFilter(filterFromAddress(new URLSearchParams(address))).toString()).toBe(address)
  })

  test('says nothing of what there is not', () => {
    const filter = filterFromAddress(
      new URLSearchParams('folder=/a//b/&state=LOST&purpose=FUN&order=colour&tag=&tag=x&tag=x'),
    )
    expect(addressOfFilter(filter).toString()).toBe('folder=a%2Fb&tag=x')
  })

  test('narrows by words, tags, states and purposes, and not by folder', () => {
    expect(isNarrowed(filterFromAddress(new URLSearchParams('folder=a&trash')))).toBe(false)
    for (const address of ['search=a', 'tag=a', 'state=CLEAN', 'purpose=EVIDENCE']) {
      expect(isNarrowed(filterFromAddress(new URLSearchParams(address)))).toBe(true)
    }
  })
})

const file: File = {
  name: 'organizations/survey/files/01a2',
  displayName: 'sky.fits',
  folder: '',
  tags: [],
  description: '',
  purpose: 'FILE_PURPOSE_DATASET',
  latest: {
    version: 1,
    state: 'FILE_STATE_SCANNING',
    sizeBytes: 10n,
    sha256: '',
    mediaType: 'image/fits',
    failure: '',
    signature: '',
    scanEngine: '',
    signatureVersion: '',
    scanTime: undefined,
    createTime: undefined,
    creatorDisplayName: '',
    scannedBytes: 0n,
  },
  releasedVersion: 0,
  versionCount: 1,
  owner: 'users/1',
  ownerDisplayName: 'Alice',
  createTime: undefined,
  updateTime: undefined,
  expireTime: undefined,
  trashTime: undefined,
  purgeTime: undefined,
  shares: [],
  usedBy: [],
  editable: true,
  upload: undefined,
}

describe('a change that the stream tells', () => {
  const page: ListFilesResponse = { files: [file], nextPageToken: '' }

  test('shows at once, and leaves who may edit as it was', () => {
    const changed: File = { ...file, editable: false, latest: { ...file.latest!, scannedBytes: 5n } }
    const [shown] = withChangedFile(page, changed).files
    expect(shown?.latest?.scannedBytes).toBe(5n)
    expect(shown?.editable).toBe(true)
  })

  test('of another file leaves the page as it is', () => {
    expect(withChangedFile(page, { ...file, name: 'organizations/survey/files/else' })).toBe(page)
    expect(withoutFile(page, 'organizations/survey/files/else')).toBe(page)
    expect(withoutFile(page, file.name).files).toEqual([])
  })

  test('asks for the lists again unless only the scan has come further', () => {
    const further: File = { ...file, latest: { ...file.latest!, scannedBytes: 5n } }
    const clean: File = {
      ...file,
      latest: { ...file.latest!, state: 'FILE_STATE_CLEAN' },
      releasedVersion: 1,
    }
    expect(isSameToLists(file, further)).toBe(true)
    expect(isSameToLists(file, clean)).toBe(false)
    expect(isSameToLists(file, { ...file, displayName: 'other.fits' })).toBe(false)
  })
})

test('only what is clean, or not scanned where nothing is, is released', () => {
  expect(isReleased('FILE_STATE_CLEAN')).toBe(true)
  expect(isReleased('FILE_STATE_UNSCANNED')).toBe(true)
  for (const state of [
    'FILE_STATE_UPLOADING',
    'FILE_STATE_SCANNING',
    'FILE_STATE_INFECTED',
    'FILE_STATE_REJECTED',
    'FILE_STATE_FAILED',
    undefined,
  ] as const) {
    expect(isReleased(state)).toBe(false)
  }
  expect(isSettled('FILE_STATE_FAILED')).toBe(false)
  expect(isSettled('FILE_STATE_INFECTED')).toBe(true)
})

test('FITS images are meant to be datasets unless something else is said', () => {
  expect(likelyPurpose('M31.FITS', 'FILE_PURPOSE_GENERAL')).toBe('FILE_PURPOSE_DATASET')
  expect(likelyPurpose('M31.fits.fz', 'FILE_PURPOSE_GENERAL')).toBe('FILE_PURPOSE_DATASET')
  expect(likelyPurpose('M31.fits', 'FILE_PURPOSE_EVIDENCE')).toBe('FILE_PURPOSE_EVIDENCE')
  expect(likelyPurpose('fits.txt', 'FILE_PURPOSE_GENERAL')).toBe('FILE_PURPOSE_GENERAL')
})

test.each([
  ['organizations/survey/transfers/01a2', '/o/survey/transfers/01a2'],
  ['organizations/survey/datasets/m31', '/o/survey/datasets/m31'],
  ['organizations/survey/jobs/01a2', '/o/survey/jobs/01a2'],
  ['creditBookings/01a2', '/credits/bookings/01a2'],
  ['something/else', undefined],
])('what uses a file, %s, is at %s', (name, to) => {
  expect(fileUse(name).to).toBe(to)
})

test('an event is told in the server’s sentence, or by its kind', () => {
  const event = { time: undefined, version: 1, actorDisplayName: '' } as const
  const none = 'FILE_STATE_UNSPECIFIED'
  const told = { ...event, kind: 'state', fromState: none, toState: 'FILE_STATE_CLEAN' } as const
  expect(eventSentence({ ...told, description: 'nothing was found.' })).toBe('Nothing was found.')
  expect(eventSentence({ ...told, description: '' })).toBe('Clean')
  expect(eventSentence({ ...told, kind: 'taken_back', toState: none, description: '' })).toBe('Taken back')
})

test('a file’s page is below its organisation', () => {
  expect(fileAddress(file.name)).toBe('/o/survey/files/01a2')
})
