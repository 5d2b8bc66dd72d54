import {
  ArchivePolicy,
  FilePurpose as MessagePurpose,
  type FilePolicy as PolicyMessage,
} from '@fairlead/proto/server/fairlead/files/v1/files'
import type { FilePolicy, FilePurpose } from './policy-store.ts'

const purposes: Readonly<Record<FilePurpose, MessagePurpose>> = {
  GENERAL: MessagePurpose.FILE_PURPOSE_GENERAL,
  EVIDENCE: MessagePurpose.FILE_PURPOSE_EVIDENCE,
  DATASET: MessagePurpose.FILE_PURPOSE_DATASET,
  JOB_INPUT: MessagePurpose.FILE_PURPOSE_JOB_INPUT,
  ALGORITHM: MessagePurpose.FILE_PURPOSE_ALGORITHM,
}

export function purposeMessage(purpose: FilePurpose): MessagePurpose {
  return purposes[purpose]
}

/** Undefined for UNSPECIFIED, and for one that this release does not know. */
export function purposeOfMessage(message: MessagePurpose): FilePurpose | undefined {
  return (Object.keys(purposes) as FilePurpose[]).find((purpose) => purposes[purpose] === message)
}

export function policyMessage(policy: FilePolicy): PolicyMessage {
  const { defaultLifetimeS } = policy
  return {
    purpose: purposes[policy.purpose],
    maxSizeBytes: policy.maxSizeBytes,
    mediaTypes: [...policy.mediaTypes],
    encryptedArchives:
      policy.encryptedArchives === 'ALLOW'
        ? ArchivePolicy.ARCHIVE_POLICY_ALLOW
        : ArchivePolicy.ARCHIVE_POLICY_REJECT,
    maxUnpackedBytes: policy.maxUnpackedBytes,
    defaultLifetime: defaultLifetimeS === undefined ? undefined : { seconds: defaultLifetimeS, nanos: 0 },
  }
}
