import type { File, FileShare } from '@fairlead/proto/web/fairlead/files/v1/files'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { fileKeys } from './file-keys'
import { fileId, organizationOf } from './file-name'
import { useFileService } from './use-file-service'

/** What of a file can be changed. */
export interface FileFields {
  readonly displayName: string
  readonly folder: string
  readonly tags: readonly string[]
  readonly description: string
  readonly expireTime: Date | undefined
}

/** Puts the file as it stands into what is shown of it. */
function useTake() {
  const queryClient = useQueryClient()
  return (file: File) => {
    const organization = organizationOf(file.name)
    queryClient.setQueryData(fileKeys.file(organization, fileId(file.name)), file)
    void queryClient.invalidateQueries({ queryKey: fileKeys.organization(organization) })
  }
}

export function useUpdateFile() {
  const files = useFileService()
  const take = useTake()
  return useMutation({
    mutationFn: ({ name, fields }: { name: string; fields: Partial<FileFields> }) => {
      const { tags, expireTime, ...texts } = fields
      return files().UpdateFile({
        name,
        file: {
          name,
          ...texts,
          ...(tags === undefined ? {} : { tags: [...tags] }),
          ...(expireTime === undefined ? {} : { expireTime }),
        },
        updateMask: Object.keys(fields).map(snakeCase),
      })
    },
    onSuccess: take,
  })
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Puts files into the trash, or deletes them for good. */
export function useDeleteFiles(onDone: () => void) {
  const files = useFileService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: async ({ names, permanently }: { names: readonly string[]; permanently: boolean }) => {
      // One after the other, so that the first that is refused tells why.
      for (const name of names) await files().DeleteFile({ name, permanently })
    },
    onSuccess: (_, { names, permanently }) => {
      const what = names.length === 1 ? 'File' : `${names.length} files`
      notifySuccess(permanently ? `${what} deleted` : `${what} moved to the trash`)
    },
    onError: (error) => notifyFailure('Not deleted', error),
    onSettled: (_, __, { names }) => {
      for (const organization of new Set(names.map(organizationOf))) {
        void queryClient.invalidateQueries({ queryKey: fileKeys.organization(organization) })
      }
      onDone()
    },
  })
}

export function useRestoreFiles(onDone: () => void) {
  const files = useFileService()
  const take = useTake()
  return useMutation({
    mutationFn: async (names: readonly string[]) => {
      for (const name of names) take(await files().RestoreFile({ name }))
    },
    onSuccess: (_, names) =>
      notifySuccess(names.length === 1 ? 'File restored' : `${names.length} files restored`),
    onError: (error) => notifyFailure('Not restored', error),
    onSettled: onDone,
  })
}

/** With whom a file is to be shared: somebody's address, or a whole organisation (its resource name). */
export type ShareWith = { readonly email: string } | { readonly organization: string }

export function useShareFile(name: string) {
  const files = useFileService()
  const take = useTake()
  const share = useMutation({
    mutationFn: (whom: ShareWith) =>
      files().ShareFile({
        name,
        with:
          'email' in whom
            ? { $case: 'email', value: whom.email }
            : { $case: 'organization', value: whom.organization },
      }),
    onSuccess: take,
  })
  const unshare = useMutation({
    mutationFn: ({ with: whom }: FileShare) => files().UnshareFile({ name, with: whom }),
    onSuccess: take,
    onError: (error) => notifyFailure('The share was not removed', error),
  })
  return { share, unshare }
}

/** Has the browser fetch a version from an address that is made for it just now. */
export function useFetchFile() {
  const files = useFileService()
  return useMutation({
    mutationFn: ({ name, version }: { name: string; displayName: string; version: number }) =>
      files().CreateDownloadUrl({ name, version }),
    onSuccess: ({ url }, { displayName }) => {
      const link = document.createElement('a')
      link.href = url
      link.download = displayName
      document.body.append(link)
      link.click()
      link.remove()
    },
    onError: (error) => notifyFailure('The download could not begin', error),
  })
}
