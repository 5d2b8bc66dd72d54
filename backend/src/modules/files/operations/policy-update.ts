import type { FilePolicy as FilePolicyMessage } from '@fairlead/proto/server/fairlead/files/v1/files'
import { invalidField } from '../../../errors/domain-error.ts'
import type { FilePolicy, FilePurpose } from '../policies/policy-store.ts'
import { type Database, rows } from '../sql.ts'

const PURPOSE = 'FILE_PURPOSE_'
/** What an upload may announce, bytes: 5 TiB. */
const LARGEST_FILE = 5_497_558_138_880n
/** 1 PiB. */
const LARGEST_UNPACKED = 1_125_899_906_842_624n
const LONGEST_LIFETIME_S = 100n * 366n * 86_400n
const MOST_MEDIA_TYPES = 200
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/(\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126})$/

/** @throws DomainError INVALID_ARGUMENT that names the field */
export function policyUpdateOf(policy: FilePolicyMessage | undefined): FilePolicy {
  if (policy === undefined) throw invalidField('policy', 'is missing.')
  const { purpose, maxSizeBytes, mediaTypes, encryptedArchives, maxUnpackedBytes, defaultLifetime } = policy
  if (!purpose.startsWith(PURPOSE) || purpose === 'FILE_PURPOSE_UNSPECIFIED') {
    throw invalidField('policy.purpose', 'is none. Name the purpose that the policy is of.')
  }
  if (maxSizeBytes < 1n || maxSizeBytes > LARGEST_FILE) {
    throw invalidField('policy.max_size_bytes', `is ${maxSizeBytes}. It must be 1 to ${LARGEST_FILE}.`)
  }
  if (mediaTypes.length > MOST_MEDIA_TYPES) {
    throw invalidField(
      'policy.media_types',
      `are ${mediaTypes.length}, more than ${MOST_MEDIA_TYPES}. "image/*" stands for all of a kind.`,
    )
  }
  for (const [index, type] of mediaTypes.entries()) {
    if (!MEDIA_TYPE.test(type)) {
      throw invalidField(
        `policy.media_types[${index}]`,
        'is not a media type in lower case, such as "image/png" or "text/*".',
      )
    }
  }
  if (encryptedArchives !== 'ARCHIVE_POLICY_ALLOW' && encryptedArchives !== 'ARCHIVE_POLICY_REJECT') {
    throw invalidField('policy.encrypted_archives', 'is neither ALLOW nor REJECT.')
  }
  if (maxUnpackedBytes < 1n || maxUnpackedBytes > LARGEST_UNPACKED) {
    throw invalidField(
      'policy.max_unpacked_bytes',
      `is ${maxUnpackedBytes}. It must be 1 to ${LARGEST_UNPACKED}.`,
    )
  }
  const lifetimeS = defaultLifetime === undefined ? undefined : defaultLifetime.seconds
  if (lifetimeS !== undefined && (lifetimeS < 1n || lifetimeS > LONGEST_LIFETIME_S)) {
    throw invalidField(
      'policy.default_lifetime',
      `is ${lifetimeS} s. It must be 1 s to 100 years; leave it out for files that do not expire by themselves.`,
    )
  }
  return {
    purpose: purpose.slice(PURPOSE.length) as FilePurpose,
    maxSizeBytes,
    mediaTypes: [...new Set(mediaTypes)],
    encryptedArchives: encryptedArchives === 'ARCHIVE_POLICY_ALLOW' ? 'ALLOW' : 'REJECT',
    maxUnpackedBytes,
    defaultLifetimeS: lifetimeS,
  }
}

/** For files that are created, completed and scanned from then on. */
export async function updatePolicy(database: Database, update: FilePolicy): Promise<void> {
  const { purpose, maxSizeBytes, mediaTypes, encryptedArchives, maxUnpackedBytes, defaultLifetimeS } = update
  await rows(
    database,
    `update file_policies set max_size_bytes = $2, media_types = $3, encrypted_archives = $4,
       max_unpacked_bytes = $5, default_lifetime_s = $6, update_time = now()
     where purpose = $1`,
    [
      purpose,
      maxSizeBytes.toString(),
      mediaTypes,
      encryptedArchives,
      maxUnpackedBytes.toString(),
      defaultLifetimeS?.toString() ?? null,
    ],
  )
}
