import type { FilePurpose, File as StoredFile } from '@fairlead/proto/web/fairlead/files/v1/files'
import { useCallback, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { notifyFailure } from '../../ui/notify'
import { likelyPurpose } from './file-purpose'
import type { ChosenFile } from './uploads/upload-engine'
import { useUploads } from './uploads/uploads-context'
import { useFileService } from './use-file-service'

/** As many names of a folder as are compared with those that come. */
const comparedNames = 500

/** Files that came with the names of others that are there. */
export interface SameNames {
  /** All that were chosen. */
  readonly chosen: readonly ChosenFile[]
  readonly purpose: FilePurpose
  /** Those that are there, by name. */
  readonly there: ReadonlyMap<string, StoredFile>
}

/** What to do with a file whose name is there. */
export type NameChoice = 'version' | 'both' | 'skip'

/** Uploads files into a folder, and asks before it puts a second one of a name there. */
export function useAddFiles(organization: string, folder: string) {
  const uploads = useUploads()
  const files = useFileService()
  const [asking, setAsking] = useState<SameNames>()

  const upload = useCallback(
    async (
      chosen: readonly ChosenFile[],
      purpose: FilePurpose,
      there: ReadonlyMap<string, StoredFile>,
      choice: NameChoice,
    ) => {
      const engine = await uploads.load()
      for (const one of chosen) {
        const same = one.folder === '' ? there.get(one.file.name) : undefined
        if (same !== undefined && choice === 'skip') continue
        const isVersion = same !== undefined && choice === 'version' && same.editable
        await engine.add([one], {
          organization,
          folder,
          purpose: isVersion ? same.purpose : likelyPurpose(one.file.name, purpose),
          versionOf: isVersion ? same.name : '',
        })
      }
    },
    [uploads, organization, folder],
  )

  const filesHere = useCallback(async () => {
    try {
      const answer = await files().ListFiles({
        parent: `organizations/${organization}`,
        folder,
        orderBy: 'display_name',
        pageSize: comparedNames,
      })
      return answer.files
    } catch (error) {
      // Without a server there is nothing to compare with; the uploads wait for it by themselves.
      if (toApiError(error).transient) return []
      throw error
    }
  }, [files, organization, folder])

  const add = useCallback(
    async (chosen: readonly ChosenFile[], purpose: FilePurpose) => {
      if (chosen.length === 0) return
      try {
        const names = new Set(chosen.filter((one) => one.folder === '').map(({ file }) => file.name))
        const here = names.size === 0 ? [] : await filesHere()
        const there = new Map(
          here
            // One that is on its way may be just this one, interrupted by a reload.
            .filter(
              ({ displayName, latest }) => names.has(displayName) && latest?.state !== 'FILE_STATE_UPLOADING',
            )
            .map((file) => [file.displayName, file]),
        )
        if (there.size > 0) setAsking({ chosen, purpose, there })
        else await upload(chosen, purpose, there, 'both')
      } catch (error) {
        notifyFailure('The upload could not begin', error)
      }
    },
    [filesHere, upload],
  )

  const answer = useCallback(
    async (choice: NameChoice | undefined) => {
      setAsking(undefined)
      if (asking === undefined || choice === undefined) return
      try {
        await upload(asking.chosen, asking.purpose, asking.there, choice)
      } catch (error) {
        notifyFailure('The upload could not begin', error)
      }
    },
    [asking, upload],
  )

  return { add, asking, answer }
}
