import { type Database, rows } from '../sql.ts'

/** What a file is for; the same words as in the contract and in the tables. */
export type FilePurpose = 'GENERAL' | 'EVIDENCE' | 'DATASET' | 'JOB_INPUT' | 'ALGORITHM'

/** What may be uploaded for a purpose. */
export interface FilePolicy {
  readonly purpose: FilePurpose
  readonly maxSizeBytes: bigint
  /** "image/png" or "text/*"; empty for all. */
  readonly mediaTypes: readonly string[]
  /** Archives that nobody can look into without a password. */
  readonly encryptedArchives: 'ALLOW' | 'REJECT'
  readonly maxUnpackedBytes: bigint
  /** Undefined: files of the purpose do not expire unless they say so. */
  readonly defaultLifetimeS: bigint | undefined
}

interface PolicyRow {
  readonly purpose: FilePurpose
  readonly max_size_bytes: string
  readonly media_types: string[]
  readonly encrypted_archives: 'ALLOW' | 'REJECT'
  readonly max_unpacked_bytes: string
  readonly default_lifetime_s: string | null
}

/** In the order of the contract. */
export async function listPolicies(database: Database): Promise<FilePolicy[]> {
  const found = await rows<PolicyRow>(
    database,
    `select * from file_policies
     order by array_position('{GENERAL,EVIDENCE,DATASET,JOB_INPUT,ALGORITHM}'::text[], purpose)`,
    [],
  )
  return found.map(policyOfRow)
}

export async function policyOf(database: Database, purpose: FilePurpose): Promise<FilePolicy> {
  const [row] = await rows<PolicyRow>(database, 'select * from file_policies where purpose = $1', [purpose])
  if (row === undefined) throw new Error(`no policy for ${purpose}`)
  return policyOfRow(row)
}

/** Whether the policy takes content of the type. */
export function takesMediaType(policy: Pick<FilePolicy, 'mediaTypes'>, mediaType: string): boolean {
  if (policy.mediaTypes.length === 0) return true
  return policy.mediaTypes.some((taken) =>
    taken.endsWith('/*') ? mediaType.startsWith(taken.slice(0, -1)) : taken === mediaType,
  )
}

function policyOfRow(row: PolicyRow): FilePolicy {
  return {
    purpose: row.purpose,
    maxSizeBytes: BigInt(row.max_size_bytes),
    mediaTypes: row.media_types,
    encryptedArchives: row.encrypted_archives,
    maxUnpackedBytes: BigInt(row.max_unpacked_bytes),
    defaultLifetimeS: row.default_lifetime_s === null ? undefined : BigInt(row.default_lifetime_s),
  }
}
