import type { File, ListFilesRequest } from '@fairlead/proto/server/fairlead/files/v1/files'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FilesFixture, filesFixture } from '../testing/files-fixture.ts'

let fixture: FilesFixture
beforeAll(async () => {
  fixture = await filesFixture()
  const files = [
    { displayName: 'Banana report.txt', folder: '', tags: ['fruit'], sizeBytes: 3n },
    { displayName: 'apple.csv', folder: 'evidence', tags: ['fruit', 'table'], sizeBytes: 1n },
    {
      displayName: 'Čerešňa.txt',
      folder: 'evidence/2026',
      tags: [],
      sizeBytes: 4n,
      description: 'Sweet cherries',
    },
    { displayName: 'date.txt', folder: 'evidence/2026/may', tags: ['fruit'], sizeBytes: 1n },
    { displayName: 'elder.txt', folder: 'evidences', tags: [], sizeBytes: 5n },
  ]
  for (const file of files) await fixture.create('alice', file)
  await fixture.create('dave', { displayName: 'theirs.txt' })
})
afterAll(() => fixture.end())

const everything: ListFilesRequest = {
  parent: 'organizations/lab',
  pageSize: 0,
  pageToken: '',
  folder: '',
  allFolders: true,
  search: '',
  tags: [],
  states: [],
  purposes: [],
  trashed: false,
  orderBy: '',
}
const list = async (request: Partial<ListFilesRequest>) =>
  fixture.handlers.listFiles({ ...everything, ...request }, fixture.as('mallory'))
const names = (files: readonly File[]) => files.map(({ displayName }) => displayName)
const found = async (request: Partial<ListFilesRequest>) => names((await list(request)).files)

test.each([
  ['', ['elder.txt', 'date.txt', 'Čerešňa.txt', 'apple.csv', 'Banana report.txt']],
  ['create_time', ['Banana report.txt', 'apple.csv', 'Čerešňa.txt', 'date.txt', 'elder.txt']],
  ['display_name', ['apple.csv', 'Banana report.txt', 'date.txt', 'elder.txt', 'Čerešňa.txt']],
  ['display_name desc', ['Čerešňa.txt', 'elder.txt', 'date.txt', 'Banana report.txt', 'apple.csv']],
])('files are listed in the order %j, page by page as in one', async (orderBy, expected) => {
  expect(await found({ orderBy })).toEqual(expected)
  const paged: string[] = []
  for (let pageToken = ''; ; ) {
    const page = await list({ orderBy, pageSize: 2, pageToken })
    paged.push(...names(page.files))
    pageToken = page.nextPageToken
    if (pageToken === '') break
  }
  expect(paged).toEqual(expected)
})

test('files of one size are neither lost nor repeated between pages', async () => {
  const first = await list({ orderBy: 'size_bytes', pageSize: 1 })
  const second = await list({ orderBy: 'size_bytes', pageSize: 1, pageToken: first.nextPageToken })
  expect(names([...first.files, ...second.files]).toSorted()).toEqual(['apple.csv', 'date.txt'])
})

describe('a list is narrowed by', () => {
  test.each<[string, Partial<ListFilesRequest>, string[]]>([
    ['a folder', { allFolders: false, folder: 'evidence' }, ['apple.csv']],
    ['the top', { allFolders: false }, ['Banana report.txt']],
    ['the beginning of a word', { search: 'REP' }, ['Banana report.txt']],
    ['words of several fields', { search: 'cherr 2026' }, ['Čerešňa.txt']],
    ['letters in any case', { search: 'čereŠ' }, ['Čerešňa.txt']],
    ['an extension', { search: 'csv' }, ['apple.csv']],
    ['punctuation, which is in no word', { search: ':*&|!' }, []],
    ['tags, all of them', { tags: ['fruit', 'table'] }, ['apple.csv']],
    ['states', { states: ['FILE_STATE_CLEAN'] }, []],
    ['purposes', { purposes: ['FILE_PURPOSE_EVIDENCE', 'FILE_PURPOSE_DATASET'] }, []],
    ['the trash', { trashed: true }, []],
  ])('%s', async (_what, request, expected) => {
    expect(await found(request)).toEqual(expected)
  })
})

test('folders below one are told with what is in them', async () => {
  const folders = async (folder: string) =>
    (await fixture.handlers.listFolders({ parent: 'organizations/lab', folder }, fixture.as('mallory')))
      .folders
  expect(await folders('')).toEqual([
    { path: 'evidence', fileCount: 3n, sizeBytes: 6n },
    { path: 'evidences', fileCount: 1n, sizeBytes: 5n },
  ])
  expect(await folders('evidence')).toEqual([{ path: 'evidence/2026', fileCount: 2n, sizeBytes: 5n }])
  expect(await folders('evidence/2026/may')).toEqual([])
})

test('a token of another list is refused', async () => {
  const { nextPageToken } = await list({ pageSize: 1 })
  await expect(list({ pageSize: 1, pageToken: nextPageToken, search: 'x' })).rejects.toMatchObject({
    reason: 'PAGE_TOKEN_INVALID',
  })
})
