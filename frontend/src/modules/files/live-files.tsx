import type { File, ListFilesResponse } from '@fairlead/proto/web/fairlead/files/v1/files'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { keepStreamOpen } from '../../app/reconnecting-stream'
import { useServices } from '../../app/services'
import { isSameToLists, withChangedFile, withoutFile } from './file-change'
import { fileKeys } from './file-keys'
import { fileId } from './file-name'
import { useFileService } from './use-file-service'

/** Listing again this long after the first change, milliseconds: a burst of changes makes one call. */
const settleMs = 500

/** Keeps what is shown of an organisation's files up to date. */
export function LiveFiles({ organization }: { organization: string }) {
  const { connection } = useServices()
  const files = useFileService()
  const queryClient = useQueryClient()

  useEffect(() => {
    const listsKey = fileKeys.lists(organization)
    let timer: ReturnType<typeof setTimeout> | undefined
    const listAgain = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        for (const queryKey of [listsKey, fileKeys.folders(organization), fileKeys.usage(organization)]) {
          void queryClient.invalidateQueries({ queryKey })
        }
      }, settleMs)
    }

    function onFile(changed: File) {
      const id = fileId(changed.name)
      let same = true
      for (const [key, page] of queryClient.getQueriesData<ListFilesResponse>({ queryKey: listsKey })) {
        if (page === undefined) continue
        const shown = page.files.find((file) => file.name === changed.name)
        same &&= shown !== undefined && isSameToLists(shown, changed)
        queryClient.setQueryData(key, withChangedFile(page, changed))
      }
      if (!same) listAgain()
      const detail = fileKeys.file(organization, id)
      const before = queryClient.getQueryData<File>(detail)
      if (before === undefined) return
      // What only those who ask are told stays as it was, until it is asked for again.
      const { shares, usedBy, editable, upload } = before
      queryClient.setQueryData<File>(detail, { ...changed, shares, usedBy, editable, upload })
      if (isSameToLists(before, changed)) return
      for (const queryKey of [
        detail,
        fileKeys.versions(organization, id),
        fileKeys.events(organization, id),
      ]) {
        void queryClient.invalidateQueries({ queryKey })
      }
    }

    function onDeleted(name: string) {
      queryClient.setQueriesData<ListFilesResponse>(
        { queryKey: listsKey },
        (page) => page && withoutFile(page, name),
      )
      void queryClient.invalidateQueries({ queryKey: fileKeys.file(organization, fileId(name)) })
      listAgain()
    }

    const close = keepStreamOpen({
      open: () => files().WatchFiles({ parent: `organizations/${organization}` }),
      onUnreachable: connection.reportUnreachable,
      // The stream has no history: what changed before it opened is found by asking.
      onOpen: (again) => {
        listAgain()
        if (again) void queryClient.invalidateQueries({ queryKey: fileKeys.organization(organization) })
      },
      // biome-ignore lint/suspicious/noConsole: the lists still load, so the page says nothing.
      onRefused: (error) => console.warn('The list of files is not live:', error.message),
      onMessage: ({ change }) => {
        if (change?.$case === 'file') onFile(change.value)
        else if (change?.$case === 'deleted') onDeleted(change.value)
      },
    })
    return () => {
      clearTimeout(timer)
      close()
    }
  }, [files, connection, queryClient, organization])

  return null
}
