import { writeFile } from 'node:fs/promises'
import { Dataset, GetDatasetTileRequest } from '@fairlead/proto/server/fairlead/datasets/v1/datasets'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addFile } from '../files/testing/add-file.ts'
import { type DatasetsFixture, datasetsFixture, institute, lab } from './testing/datasets-fixture.ts'
import { imageBytes, tanKeywords } from './testing/fits-bytes.ts'

let fixture: DatasetsFixture
const ownerId = v7()
const field = imageBytes(600, 300, (x, y) => x + y, tanKeywords(600, 300, 10, 10))

beforeAll(async () => {
  fixture = await datasetsFixture()
  await fixture.dataSource.query(
    `insert into users (id, email, display_name) values ($1, 'alice@example.org', 'Alice')`,
    [ownerId],
  )
})
afterAll(() => fixture.release())

function add(displayName: string, content: Uint8Array, more: Partial<Parameters<typeof addFile>[2]> = {}) {
  return addFile(fixture.dataSource, fixture.objects, {
    organizationId: institute.id,
    ownerId,
    displayName,
    purpose: 'DATASET',
    content,
    mediaType: 'image/fits',
    ...more,
  })
}

function register(
  fileId: string,
  asked: { datasetId?: string; displayName?: string } = {},
  slug = institute.slug,
) {
  const request = {
    parent: `organizations/${institute.slug}`,
    file: `organizations/${slug}/files/${fileId}`,
    datasetId: '',
    displayName: '',
    visibility: 'VISIBILITY_UNSPECIFIED' as const,
    ...asked,
  }
  return fixture.handlers.registerDataset(request, fixture.context(institute))
}

const usesOf = (fileId: string): Promise<{ used_by: string; version: number }[]> =>
  fixture.dataSource.query('select used_by, version from file_uses where file_id = $1', [fileId])

// Each image is read by a process that is started for it.
describe('a file of an organisation', { timeout: 90_000 }, () => {
  test('becomes a dataset that is seen, and stays until it is forgotten', async () => {
    const file = await add('Deep field, no. 1.fits', field)
    const made = Dataset.fromPartial(await register(file.id, { displayName: 'Deep field' }))
    expect(made).toMatchObject({
      name: 'organizations/survey-institute/datasets/Deep-field-no.-1',
      displayName: 'Deep field',
      owner: 'organizations/survey-institute',
      visibility: 'VISIBILITY_ORGANIZATION',
      sizeBytes: BigInt(field.length),
      sha256: file.sha256,
      axes: [600n, 300n],
      file: `organizations/survey-institute/files/${file.id}`,
      pyramid: { tileSizePx: 256, minimum: 0, maximum: 898 },
    })
    expect(made.coverage?.projection).toBe('TAN')
    expect(made.header[0]).toMatch(/^SIMPLE/)
    expect(await usesOf(file.id)).toEqual([{ used_by: 'datasets/Deep-field-no.-1', version: 1 }])

    const tile = (level: number) =>
      fixture.handlers.getDatasetTile(
        GetDatasetTileRequest.fromPartial({ name: made.name, level }),
        fixture.context(institute),
      )
    expect(await tile(0)).toMatchObject({ widthPx: 256, heightPx: 256 })
    expect(await tile(2)).toMatchObject({ widthPx: 150, heightPx: 75 })

    const { name } = made
    await expect(fixture.handlers.getDataset({ name }, fixture.context(lab))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await expect(fixture.handlers.deleteDataset({ name }, fixture.context(lab))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await fixture.handlers.deleteDataset({ name }, fixture.context(institute))
    await expect(fixture.handlers.getDataset({ name }, fixture.context(institute))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(await usesOf(file.id)).toEqual([])
    // The same again is a dataset again.
    await register(file.id)
    expect(await fixture.registrar.remove('Deep-field-no.-1')).toBe(true)
    expect(await usesOf(file.id)).toEqual([])
  })

  test('is refused with what is wrong with it', async () => {
    const text = await add('notes.fits', Buffer.from('Not an image at all, though named like one.'))
    await expect(register(text.id)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'FILE_NOT_AN_IMAGE',
      message: expect.stringContaining('SIMPLE'),
    })
    const evidence = await add('field.fits', field, { purpose: 'EVIDENCE' })
    await expect(register(evidence.id)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'file' }],
    })
    const waiting = await add('waiting.fits', field, { state: 'SCANNING' })
    await expect(register(waiting.id)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
    const foreign = await add('foreign.fits', field, { organizationId: lab.id })
    await expect(register(foreign.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(register(foreign.id, {}, lab.slug)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    for (const { id } of [text, evidence, waiting, foreign]) expect(await usesOf(id)).toEqual([])
  })

  test('gets an identifier that nothing else has, of two at once as well', async () => {
    const [first, second] = [await add('twin.fits', field), await add('twin.fits', field)]
    const outcomes = await Promise.allSettled([register(first.id), register(second.id)])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const [refused] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(refused).toMatchObject({ code: 'ALREADY_EXISTS', violations: [{ field: 'dataset_id' }] })
    const uses = [...(await usesOf(first.id)), ...(await usesOf(second.id))]
    expect(uses).toEqual([{ used_by: 'datasets/twin', version: 1 }])
    await register(first.id, { datasetId: 'other-twin' })
    await expect(fixture.registrar.remove('twin')).resolves.toBe(true)
  })

  test('whose content was taken back is a dataset that says so', async () => {
    const file = await add('taken.fits', field)
    const { name } = await register(file.id)
    await fixture.objects.delete(`clean/${file.versionId}`)
    await expect(
      fixture.handlers.getDatasetTile(
        GetDatasetTileRequest.fromPartial({ name }),
        fixture.context(institute),
      ),
    ).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'DATASET_UNAVAILABLE' })
    await fixture.handlers.deleteDataset({ name }, fixture.context(institute))
  })

  test('is not put in the place of by a folder', async () => {
    const file = await add('owned.fits', field)
    await register(file.id)
    const address = `${fixture.home}/owned.fits`
    await writeFile(address, field)
    const registration = { address, owner: fixture.everyone, keepOwner: false, replace: 'always' } as const
    await expect(fixture.registrar.register(registration)).rejects.toThrow('was made of a file')
  })
})
