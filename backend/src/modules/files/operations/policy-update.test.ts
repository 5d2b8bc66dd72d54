import type { FilePolicy } from '@fairlead/proto/server/fairlead/files/v1/files'
import { expect, test } from 'vitest'
import { DomainError } from '../../../errors/domain-error.ts'
import { policyUpdateOf } from './policy-update.ts'

const policy: FilePolicy = {
  purpose: 'FILE_PURPOSE_EVIDENCE',
  maxSizeBytes: 1_000_000n,
  mediaTypes: ['image/png', 'text/*'],
  encryptedArchives: 'ARCHIVE_POLICY_REJECT',
  maxUnpackedBytes: 5_000_000n,
  defaultLifetime: { seconds: 86_400n, nanos: 0 },
}

test('a policy is taken as it was sent, each type once', () => {
  expect(policyUpdateOf({ ...policy, mediaTypes: ['text/*', 'text/*'] })).toEqual({
    purpose: 'EVIDENCE',
    maxSizeBytes: 1_000_000n,
    mediaTypes: ['text/*'],
    encryptedArchives: 'REJECT',
    maxUnpackedBytes: 5_000_000n,
    defaultLifetimeS: 86_400n,
  })
  expect(policyUpdateOf({ ...policy, defaultLifetime: undefined }).defaultLifetimeS).toBeUndefined()
})

test.for<[string, Partial<FilePolicy>]>([
  ['policy.purpose', { purpose: 'FILE_PURPOSE_UNSPECIFIED' }],
  ['policy.max_size_bytes', { maxSizeBytes: 0n }],
  ['policy.max_size_bytes', { maxSizeBytes: 5_497_558_138_881n }],
  ['policy.media_types', { mediaTypes: Array.from({ length: 201 }, (_, index) => `image/x-${index}`) }],
  ['policy.media_types[1]', { mediaTypes: ['image/png', 'Image/PNG'] }],
  ['policy.media_types[0]', { mediaTypes: ['*/*'] }],
  ['policy.encrypted_archives', { encryptedArchives: 'ARCHIVE_POLICY_UNSPECIFIED' }],
  ['policy.max_unpacked_bytes', { maxUnpackedBytes: 0n }],
  ['policy.default_lifetime', { defaultLifetime: { seconds: 0n, nanos: 5 } }],
])('what is wrong with a policy is named: %s', ([field, change]) => {
  let thrown: unknown
  try {
    policyUpdateOf({ ...policy, ...change })
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(DomainError)
  expect((thrown as DomainError).violations.map((violation) => violation.field)).toEqual([field])
})
