import {
  type File,
  type FilePurpose,
  FileServiceService,
  type FileState,
  type Upload,
} from '@fairlead/proto/server/fairlead/files/v1/files'
import { expect } from 'vitest'
import type { FaultSystem, PersonName } from './fault-system.ts'

export interface Sent {
  readonly name: string
  readonly content: Buffer<ArrayBuffer>
  readonly by?: PersonName
  readonly organization?: string
  readonly purpose?: FilePurpose
  /** Hexadecimal, as announced; empty for none. */
  readonly sha256?: string
  /** As announced; default: as it is. */
  readonly sizeBytes?: number
  readonly mediaType?: string
  readonly versionOf?: string
}

/** Announces a file, and sends nothing of it. */
export async function createFile(system: FaultSystem, sent: Sent): Promise<{ file: File; upload: Upload }> {
  const { by = 'alice', organization = 'lab', content } = sent
  const { file, upload } = await system.call(
    FileServiceService.createFile,
    {
      parent: `organizations/${organization}`,
      displayName: sent.name,
      purpose: sent.purpose ?? 'FILE_PURPOSE_GENERAL',
      sizeBytes: BigInt(sent.sizeBytes ?? content.length),
      sha256: sent.sha256 ?? '',
      mediaType: sent.mediaType ?? '',
      folder: '',
      tags: [],
      description: '',
      expireTime: undefined,
      versionOf: sent.versionOf ?? '',
      requestId: '',
    },
    system.token(by),
  )
  if (file === undefined || upload === undefined) throw new Error('the answer holds no file or no upload')
  return { file, upload }
}

/** Sends a part to the address that it has. */
export function putPart(
  system: FaultSystem,
  upload: Upload,
  content: Uint8Array<ArrayBuffer>,
  number = 1,
): Promise<Response> {
  const address = upload.addresses.find((candidate) => candidate.number === number)
  if (address === undefined) throw new Error(`no address of part ${number}`)
  return fetch(system.absolute(address.url), { method: 'PUT', body: content })
}

export function complete(system: FaultSystem, file: File, by: PersonName = 'alice'): Promise<File> {
  return system.call(FileServiceService.completeUpload, { name: file.name, sha256: '' }, system.token(by))
}

/** Creates a file of one part, sends it and completes it. */
export async function sendFile(system: FaultSystem, sent: Sent): Promise<File> {
  const { file, upload } = await createFile(system, sent)
  const response = await putPart(system, upload, sent.content)
  if (!response.ok) throw new Error(`PUT answers ${response.status}: ${await response.text()}`)
  return complete(system, file, sent.by)
}

export function getFile(system: FaultSystem, name: string, by: PersonName = 'alice'): Promise<File> {
  return system.call(FileServiceService.getFile, { name }, system.token(by))
}

/** Waits until the newest version is in one of the states. */
export async function settled(
  system: FaultSystem,
  name: string,
  states: readonly FileState[] = [
    'FILE_STATE_CLEAN',
    'FILE_STATE_UNSCANNED',
    'FILE_STATE_INFECTED',
    'FILE_STATE_REJECTED',
  ],
  by: PersonName = 'alice',
): Promise<File> {
  await expect
    .poll(async () => (await getFile(system, name, by)).latest?.state, { timeout: 45_000, interval: 100 })
    .toSatisfy((state: FileState) => states.includes(state), `one of ${states.join(', ')}`)
  return getFile(system, name, by)
}

/** An address of the newest released version. */
export async function downloadUrl(
  system: FaultSystem,
  name: string,
  by: PersonName = 'alice',
  version = 0,
): Promise<string> {
  const { url } = await system.call(FileServiceService.createDownloadUrl, { name, version }, system.token(by))
  return url
}
