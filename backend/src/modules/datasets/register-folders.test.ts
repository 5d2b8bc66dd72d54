import { mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type DatasetsFixture, datasetsFixture, institute, lab } from './testing/datasets-fixture.ts'
import { imageBytes, tanKeywords } from './testing/fits-bytes.ts'

let fixture: DatasetsFixture
let folder: string

beforeAll(async () => {
  fixture = await datasetsFixture()
})
afterAll(() => fixture.release())

beforeEach(async () => {
  await fixture.dataSource.query('delete from datasets')
  folder = join(fixture.home, crypto.randomUUID())
  await mkdir(folder)
})

const image = (raDeg: number) => imageBytes(20, 10, (x) => x, tanKeywords(20, 10, raDeg, 0))

const scan = (folders: readonly string[] = [folder]) => fixture.registerFolders(folders)

const find = (id: string) => fixture.module.service.get(institute.id, id)

test('every image of a folder becomes a dataset that every member may read', async () => {
  await writeFile(join(folder, 'one.fits'), image(1))
  await mkdir(join(folder, 'deep', 'er'), { recursive: true })
  await writeFile(join(folder, 'deep', 'er', 'two.FIT'), image(2))
  await writeFile(join(folder, 'notes.txt'), 'no image')
  await writeFile(join(folder, '.hidden.fits'), image(3))
  await symlink(folder, join(folder, 'deep', 'loop'))
  expect(await scan()).toEqual({ registered: 2, unchanged: 0, failed: 0, vanished: 0 })
  expect((await find('one')).visibility).toBe('EVERYONE')
  expect((await find('two')).location.address).toBe(join(folder, 'deep', 'er', 'two.FIT'))
})

test('a second scan reads nothing again', async () => {
  const path = join(folder, 'kept.fits')
  await writeFile(path, image(1))
  await utimes(path, new Date(), new Date(2026, 0, 1))
  await scan()
  const before = await find('kept')
  // Other content of the same time and size: only a scan that reads would notice.
  await writeFile(path, image(2))
  await utimes(path, new Date(), new Date(2026, 0, 1))
  expect(await scan()).toEqual({ registered: 0, unchanged: 1, failed: 0, vanished: 0 })
  expect((await find('kept')).content).toEqual(before.content)
})

test('a file that changed is registered anew under its identifier', async () => {
  const path = join(folder, 'changing.fits')
  await writeFile(path, image(1))
  await scan()
  const before = await find('changing')
  await writeFile(path, image(50))
  await utimes(path, new Date(), new Date(2026, 0, 2))
  expect(await scan()).toMatchObject({ registered: 1 })
  const after = await find('changing')
  expect(after.id).toBe(before.id)
  expect(after.content.coverage?.center.raDeg).toBeCloseTo(50, 6)
})

test('bad files are named, each in one line, and the good ones kept', async () => {
  await writeFile(join(folder, 'a-jpeg.fits'), Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]))
  await writeFile(join(folder, 'cut.fits'), image(1).subarray(0, 3000))
  await writeFile(join(folder, 'good.fits'), image(2))
  await writeFile(join(folder, 'packed.fits.gz'), 'x')
  await writeFile(join(folder, 'two words.fits'), image(3))
  expect(await scan()).toEqual({ registered: 1, unchanged: 0, failed: 4, vanished: 0 })
  expect((await find('good')).publicId).toBe('good')
  for (const name of ['a-jpeg.fits', 'cut.fits', 'packed.fits.gz', 'two words.fits']) {
    const lines = fixture.messages().filter((message) => message.includes(`left out ${join(folder, name)}`))
    expect(lines, name).toHaveLength(1)
    expect(lines[0]).not.toContain('\n')
  }
})

test('two files of one identifier: the first is kept, the second named', async () => {
  await writeFile(join(folder, 'same.fit'), image(1))
  await writeFile(join(folder, 'same.fits'), image(2))
  expect(await scan()).toMatchObject({ registered: 1, failed: 1 })
  expect((await find('same')).location.address).toBe(join(folder, 'same.fit'))
  expect(fixture.messages().at(-1)).toContain('names other content already')
})

test('a file that vanished is unavailable until it is back', async () => {
  const path = join(folder, 'wandering.fits')
  await writeFile(path, image(1))
  await writeFile(join(folder, 'staying.fits'), image(2))
  await scan()
  const { id } = await find('wandering')
  await rename(path, `${path}.away`)
  expect(await scan()).toEqual({ registered: 0, unchanged: 1, failed: 0, vanished: 1 })
  expect((await find('wandering')).unavailableReason).toContain('not there')
  const listed = await fixture.module.service.list(institute.id, {
    pageSize: 0,
    pageToken: '',
    query: '',
    intersects: undefined,
    order: 'display_name',
    descending: false,
  })
  expect(listed.datasets.map(({ publicId }) => publicId)).toEqual(['staying'])
  expect(await scan()).toMatchObject({ vanished: 0 })
  await rename(`${path}.away`, path)
  expect(await scan()).toMatchObject({ registered: 1 })
  expect(await find('wandering')).toMatchObject({ id, unavailableReason: undefined })
})

test('a whole folder that vanished is named and its datasets are unavailable', async () => {
  await writeFile(join(folder, 'a.fits'), image(1))
  await scan()
  await rm(folder, { recursive: true })
  expect(await scan()).toMatchObject({ vanished: 1 })
  expect(
    fixture.messages().some((message) => message.includes(`cannot read the datasets folder ${folder}`)),
  ).toBe(true)
})

test('a folder without images is named', async () => {
  expect(await scan()).toEqual({ registered: 0, unchanged: 0, failed: 0, vanished: 0 })
  expect(fixture.messages().at(-1)).toContain('has no FITS file')
})

test('a folder whose name another one begins with is left alone', async () => {
  const longer = `${folder}-2`
  await mkdir(longer)
  await writeFile(join(longer, 'neighbour.fits'), image(1))
  await scan([longer])
  expect(await scan([folder])).toMatchObject({ vanished: 0 })
  expect((await find('neighbour')).unavailableReason).toBeUndefined()
})

test('what was registered for one organisation stays with it', async () => {
  const path = join(folder, 'private.fits')
  await writeFile(path, image(1))
  const owner = { organizationId: lab.id, visibility: 'ORGANIZATION' } as const
  await fixture.registrar.register({ address: path, owner, keepOwner: false, replace: 'never' })
  await utimes(path, new Date(), new Date(2026, 0, 3))
  expect(await scan()).toMatchObject({ registered: 1 })
  await expect(find('private')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('nothing is registered before there is an operator organisation', async () => {
  await writeFile(join(folder, 'early.fits'), image(1))
  await fixture.dataSource.query(`update organizations set kind = 'MEMBER' where slug = 'operator'`)
  expect(await scan()).toMatchObject({ registered: 0 })
  await fixture.dataSource.query(`update organizations set kind = 'OPERATOR' where slug = 'operator'`)
  expect(fixture.messages().at(-1)).toContain('seed the organisations')
})

test('a pyramid that the store lost is made again', async () => {
  await writeFile(join(folder, 'lost.fits'), image(1))
  await scan()
  const before = await find('lost')
  await fixture.objects.delete(before.content.pyramidKey)
  expect(await scan()).toMatchObject({ registered: 1 })
  expect(await fixture.objects.head((await find('lost')).content.pyramidKey)).toBeDefined()
  expect(await scan()).toMatchObject({ unchanged: 1 })
})

test('what a killed process left unfinished is cleared, but not what may still be written', async () => {
  await mkdir(fixture.scratchFolder, { recursive: true })
  for (const name of ['old.pyramid', 'young.pyramid', 'other'])
    await writeFile(join(fixture.scratchFolder, name), '')
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000)
  for (const name of ['old.pyramid', 'other'])
    await utimes(join(fixture.scratchFolder, name), yesterday, yesterday)
  await scan()
  expect((await readdir(fixture.scratchFolder)).toSorted()).toEqual(['other', 'young.pyramid'])
})
