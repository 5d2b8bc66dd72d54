import { TransferReviewServiceService as reviewService } from '@fairlead/proto/server/fairlead/credits/v1/reviews'
import {
  type Attachment,
  TransferServiceService as transferService,
} from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import { FileServiceService as fileService } from '@fairlead/proto/server/fairlead/files/v1/files'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seenError } from '../../../testing/service-error.ts'
import { addFile } from '../../files/testing/add-file.ts'
import {
  displayNames,
  idOf,
  type Organization,
  type Person,
  startTransferWorld,
  type TransferWorld,
} from './testing/transfer-world.ts'

let world: TransferWorld
beforeAll(async () => {
  world = await startTransferWorld()
})
afterAll(() => world.stop())

type Added = Partial<Parameters<typeof addFile>[2]>

/** Of nora's organisation, released and evidence unless it is said otherwise. */
async function add(more: Added = {}, organization: Organization = 'north') {
  const { database, objects } = world.backend
  const added = await addFile(database.dataSource, objects, {
    organizationId: world.organizationId[organization],
    ownerId: world.userId.nora,
    displayName: 'contract.pdf',
    purpose: 'EVIDENCE',
    content: '%PDF-1.7 agreed',
    mediaType: 'application/pdf',
    ...more,
  })
  return { ...added, name: `organizations/${organization}/files/${added.id}` }
}

const attachment = (file: string, url = ''): Attachment => ({
  displayName: 'Contract',
  url,
  file,
  fileVersion: 0,
  sizeBytes: 0n,
  sha256: '',
})

const addressFor = (person: Person, organization: Organization, id: string, place = 0) =>
  world.backend.call(
    transferService.createAttachmentUrl,
    { name: `organizations/${organization}/transfers/${id}/attachments/${place}` },
    world.token[person],
  )

const addressForReview = (person: Person, id: string) =>
  world.backend.call(
    reviewService.createReviewAttachmentUrl,
    { name: `transferReviews/${id}/attachments/0` },
    world.token[person],
  )

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it did not fail',
    (error) => seenError(error),
  )

const usesOf = async (fileId: string): Promise<string[]> => {
  const rows = await world.backend.database.dataSource.query(
    'select used_by from file_uses where file_id = $1',
    [fileId],
  )
  return rows.map(({ used_by }: { used_by: string }) => used_by)
}

describe('a file that is attached to a transfer', () => {
  test('is fetched by both sides and the operator, and by nobody else', async () => {
    const file = await add()
    const proposed = await world.propose('nora', {
      attachments: [attachment('', 'https://example.org/terms'), attachment(file.name)],
    })
    const id = idOf(proposed)
    expect(proposed.attachments).toEqual([
      { ...attachment('', 'https://example.org/terms') },
      {
        displayName: 'Contract',
        url: '',
        file: file.name,
        fileVersion: 1,
        sizeBytes: 15n,
        sha256: file.sha256,
      },
    ])
    expect(await usesOf(file.id)).toEqual([`transfers/${id}`])
    expect((await world.get('sara', id)).attachments).toEqual(proposed.attachments)

    for (const [person, organization] of [
      ['nora', 'north'],
      ['sara', 'south'],
      ['suki', 'south'],
    ] as const) {
      const { url, expireTime } = await addressFor(person, organization, id, 1)
      expect(url).toMatch(new RegExp(`^/objects/clean/${file.versionId}\\?`))
      expect(expireTime!.getTime() - Date.now()).toBeLessThanOrEqual(60_000)
    }
    // At the place of a link, and where nothing is.
    for (const place of [0, 7]) {
      expect(await failureOf(addressFor('nora', 'north', id, place))).toMatchObject({
        code: 'NOT_FOUND',
        reason: 'ATTACHMENT_NOT_FOUND',
      })
    }
    expect(await failureOf(addressFor('ella', 'east', id, 1))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await failureOf(addressFor('ella', 'north', id, 1))).toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    // The file itself is not shared by being attached.
    for (const person of ['sara', 'oscar'] as const) {
      expect(
        await failureOf(
          world.backend.call(
            fileService.createDownloadUrl,
            { name: file.name, version: 0 },
            world.token[person],
          ),
        ),
      ).toMatchObject({ code: expect.stringMatching(/^(NOT_FOUND|PERMISSION_DENIED)$/) })
    }
  })

  test('is looked at by the operator without its organisation being told by whom', async () => {
    const file = await add()
    const id = idOf(await world.propose('nora', { attachments: [attachment(file.name)] }))
    await world.accept('sara', id)
    for (const person of ['oscar', 'diana'] as const) {
      expect((await addressForReview(person, id)).url).toContain(`/clean/${file.versionId}?`)
    }
    expect(await failureOf(addressForReview('nora', id))).toMatchObject({ code: 'PERMISSION_DENIED' })

    const { events } = await world.backend.call(
      fileService.listFileEvents,
      { parent: file.name, pageSize: 0, pageToken: '' },
      world.token.nora,
    )
    expect(events.map(({ kind }) => kind)).toEqual(['used'])
    const told = JSON.stringify(events, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    for (const name of Object.values(displayNames)) expect(told).not.toContain(name)
    const kept = await world.backend.database.dataSource.query(
      `select actor_id from file_events where file_id = $1 and kind = 'reviewed' order by id`,
      [file.id],
    )
    expect(kept).toEqual([{ actor_id: world.userId.oscar }, { actor_id: world.userId.diana }])
  })

  test('stays for as long as the transfer is kept', async () => {
    const file = await add()
    const id = idOf(await world.propose('nora', { attachments: [attachment(file.name)] }))
    const remove = (permanently: boolean) =>
      world.backend.call(fileService.deleteFile, { name: file.name, permanently }, world.token.nora)
    for (const permanently of [true, false]) {
      expect(await failureOf(remove(permanently))).toMatchObject({ code: 'FAILED_PRECONDITION' })
    }
    expect((await addressFor('sara', 'south', id)).url).toContain(file.versionId)
    // A scan that finds something takes it back.
    const { dataSource } = world.backend.database
    await dataSource.query(`update file_versions set state = 'INFECTED', object_key = null where id = $1`, [
      file.versionId,
    ])
    expect(await failureOf(addressFor('sara', 'south', id))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'FILE_NOT_RELEASED',
    })
  })

  test('is not kept by what was only tried, and once by what is repeated', async () => {
    const file = await add()
    const attachments = [attachment(file.name)]
    await world.propose('nora', { attachments, dryRun: true })
    expect(await usesOf(file.id)).toEqual([])
    const requestId = 'a6e1d4a1-38a8-4d5f-8d5e-1f6c4f1d2b3c'
    const once = await world.propose('nora', { attachments, requestId })
    const twice = await world.propose('nora', { attachments, requestId })
    expect(twice.name).toBe(once.name)
    expect(await usesOf(file.id)).toEqual([`transfers/${idOf(once)}`])
  })

  test.each<[string, () => Promise<{ name: string }>, string, RegExp]>([
    ['is another organisation’s', () => add({}, 'south'), 'INVALID_ARGUMENT', /another organisation/],
    ['is no evidence', () => add({ purpose: 'GENERAL' }), 'INVALID_ARGUMENT', /EVIDENCE/],
    ['waits for its scan', () => add({ state: 'SCANNING' }), 'FAILED_PRECONDITION', /scan/],
    ['is infected', () => add({ state: 'INFECTED' }), 'FAILED_PRECONDITION', /infected/],
    [
      'is not there',
      async () => ({ name: 'organizations/north/files/0197c2aa-1111-7222-8333-4444deadbeef' }),
      'NOT_FOUND',
      /file/i,
    ],
  ])('is refused when it %s', async (_what, make, code, message) => {
    const { name } = await make()
    const refused = await failureOf(world.propose('nora', { attachments: [attachment(name)] }))
    expect(refused).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('is refused next to an address, and without its name', async () => {
    const { name } = await add()
    const both = world.propose('nora', { attachments: [attachment(name, 'https://example.org/')] })
    expect(await failureOf(both)).toMatchObject({ code: 'INVALID_ARGUMENT' })
    const neither = world.propose('nora', { attachments: [attachment('')] })
    expect(await failureOf(neither)).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
