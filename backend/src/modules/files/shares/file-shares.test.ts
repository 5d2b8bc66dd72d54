import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FilesFixture, filesFixture, type PersonName } from '../testing/files-fixture.ts'
import { moveFileShares } from './file-shares.ts'

let fixture: FilesFixture
beforeAll(async () => {
  fixture = await filesFixture()
})
afterAll(() => fixture.end())

const reason = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing was refused',
    (error) => error.reason ?? error,
  )
const share = (by: PersonName, name: string, email: string) =>
  fixture.handlers.shareFile({ name, with: { $case: 'email', value: email } }, fixture.as(by))
const shareWithAll = (by: PersonName, name: string, organization: string) =>
  fixture.handlers.shareFile({ name, with: { $case: 'organization', value: organization } }, fixture.as(by))
const sharedWith = (name: string, user: PersonName) =>
  fixture.module.sharedResources.sharedWith(name, fixture.userIds[user])
const listed = async (user: PersonName) => {
  const request = { pageSize: 0, pageToken: '' }
  const { files } = await fixture.handlers.listSharedFiles(request, fixture.as(user))
  return files.map(({ name }) => name)
}

/** As the interceptor lets someone in by a share. */
const outsider = (user: PersonName) => ({
  ...fixture.as(user),
  organization: { id: fixture.organizations.lab, slug: 'lab' },
  permissions: new Set(['files.read']),
})

test('an owner shares within the organisation, an administrator with anyone, and nobody else', async () => {
  const { name } = await fixture.sendAs('alice', 'CLEAN', 'ours')
  expect(await reason(share('carol', name, 'bob@example.org'))).toBe('FILE_OF_ANOTHER')
  expect(await reason(share('alice', name, 'dave@example.org'))).toBe('SHARE_TARGET_NOT_FOUND')
  expect(await reason(share('alice', name, 'nobody@example.org'))).toBe('SHARE_TARGET_NOT_FOUND')
  expect(await reason(shareWithAll('alice', name, 'organizations/other'))).toBe('SHARE_TARGET_NOT_FOUND')
  expect(await reason(shareWithAll('bob', name, 'organizations/lab'))).toBe('SHARE_WITH_OWNER')
  expect((await share('alice', name, 'carol@example.org')).shares).toMatchObject([{ displayName: 'carol' }])
  expect(await sharedWith(name, 'dave')).toBeUndefined()
  await share('bob', name, 'dave@example.org')
  expect(await sharedWith(name, 'dave')).toEqual({ id: fixture.organizations.lab, slug: 'lab' })
  expect(await sharedWith(name.replace('/lab/', '/other/'), 'dave')).toBeUndefined()
})

test('a share ends at once, and so does it with the trash', async () => {
  const { name } = await fixture.sendAs('alice', 'CLEAN', 'ours')
  const user = { name, with: `users/${fixture.userIds.dave}` }
  await share('bob', name, 'dave@example.org')
  await shareWithAll('bob', name, 'organizations/other')
  expect((await listed('dave')).filter((each) => each === name)).toHaveLength(1)
  await fixture.handlers.unshareFile(user, fixture.as('alice'))
  expect(await sharedWith(name, 'dave')).toBeDefined()
  await fixture.handlers.deleteFile({ name, permanently: false }, fixture.as('alice'))
  expect(await sharedWith(name, 'dave')).toBeUndefined()
  await fixture.handlers.restoreFile({ name }, fixture.as('alice'))
  await fixture.handlers.unshareFile({ name, with: 'organizations/other' }, fixture.as('alice'))
  expect(await sharedWith(name, 'dave')).toBeUndefined()
  expect(await listed('dave')).not.toContain(name)
  expect(await reason(fixture.handlers.unshareFile(user, fixture.as('alice')))).toBe('SHARE_NOT_FOUND')
})

test('whom a file is shared with sees and fetches what is released of it, and nothing more', async () => {
  const { name } = await fixture.sendAs('alice', 'CLEAN', 'ours')
  await share('bob', name, 'dave@example.org')
  await fixture.sendAs('alice', 'INFECTED', 'worse', { versionOf: name })
  const seen = await fixture.handlers.getFile({ name }, outsider('dave'))
  expect(seen).toMatchObject({ latest: { version: 1 }, shares: [], usedBy: [], editable: false })
  const { versions } = await fixture.handlers.listFileVersions(
    { parent: name, pageSize: 0, pageToken: '' },
    outsider('dave'),
  )
  expect(versions.map(({ version }) => version)).toEqual([1])
  const { url } = await fixture.handlers.createDownloadUrl({ name, version: 0 }, outsider('dave'))
  expect(url).toContain('/objects/clean/')
  expect(await reason(fixture.handlers.deleteFile({ name, permanently: false }, outsider('dave')))).toBe(
    'FILE_OF_ANOTHER',
  )
})

test('shares with someone who was only invited go to who signs in', async () => {
  const { name } = await fixture.sendAs('alice', 'CLEAN', 'ours')
  await share('bob', name, 'mallory@example.org')
  await moveFileShares(fixture.database.dataSource, fixture.userIds.mallory, fixture.userIds.dave)
  expect(await sharedWith(name, 'dave')).toBeDefined()
})
